//! The filter: hides other providers where the administrator has said so, and brings Remote Desktop's credentials to us.

use crate::{
    com::{Filter, Filter_Impl},
    exports::PROVIDER,
    guard::{Counted, Health},
    here,
    link::LINK,
    memory::{bytes_to_give, put},
    registry,
};
use model::SignInKind;
use protocol::{
    pipe::{Applies, Clsid, Scene, Serialization},
    settings::AgentDown,
};
use std::slice;
use windows::Win32::{
    Foundation::{E_FAIL, E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, E_POINTER, S_OK},
    UI::Shell::{
        CPUS_CREDUI, CPUS_LOGON, CPUS_UNLOCK_WORKSTATION,
        CREDENTIAL_PROVIDER_CREDENTIAL_SERIALIZATION as Packed, CREDENTIAL_PROVIDER_USAGE_SCENARIO as Usage,
    },
};
use windows_core::{BOOL, GUID, HRESULT, implement};

/// `CREDUIWIN_GENERIC`: a program asks for a name and a password that Windows never sees.
const GENERIC: u32 = 1;
/// Far more providers than any PC has.
const MAX_PROVIDERS: u32 = 4096;

/// See the module.
#[implement(Filter, Agile = false)]
pub(crate) struct FilterObject {
    health: Health,
    _counted: Counted,
}

impl FilterObject {
    pub(crate) fn new() -> Self {
        Self { health: Health::default(), _counted: Counted::new() }
    }
}

/// The kind of sign-in that is ours to look at; `None` for everything that is left alone.
pub(crate) fn kind_of(usage: Usage, flags: u32) -> Option<SignInKind> {
    match usage {
        CPUS_LOGON => Some(SignInKind::SignIn),
        CPUS_UNLOCK_WORKSTATION => Some(SignInKind::Unlock),
        CPUS_CREDUI if flags & GENERIC == 0 => Some(SignInKind::Elevation),
        _ => None,
    }
}

/// What applies there, with the settings of this PC where the agent is away.
pub(crate) fn applies(scene: Scene) -> Applies {
    LINK.applies(scene).unwrap_or_else(|| applies_without_agent(scene))
}

/// What applies there while the agent is away.
pub(crate) fn applies_without_agent(scene: Scene) -> Applies {
    // Who asks for credentials outside the sign-in screen is another program, and not ours to stop.
    if scene.kind == SignInKind::Elevation && !here::is_system() {
        return Applies::StepAside;
    }
    let settings = registry::settings();
    match settings.agent_down {
        AgentDown::StepAside => Applies::StepAside,
        AgentDown::Refuse if settings.enforce => Applies::Enforce { allowed: settings.allowed_providers },
        AgentDown::Refuse => Applies::Offer,
    }
}

/// The bytes a GUID has in memory.
pub(crate) fn clsid(guid: &GUID) -> Clsid {
    let mut bytes = [0; 16];
    let (first, rest) = bytes.split_at_mut(4);
    first.copy_from_slice(&guid.data1.to_le_bytes());
    let (second, rest) = rest.split_at_mut(2);
    second.copy_from_slice(&guid.data2.to_le_bytes());
    let (third, fourth) = rest.split_at_mut(2);
    third.copy_from_slice(&guid.data3.to_le_bytes());
    fourth.copy_from_slice(&guid.data4);
    bytes
}

/// What Windows packed, copied with bounds. `None`: there is none, or more than we take.
///
/// # Safety
///
/// `packed` is null or a structure whose pointer is null or good for the bytes it names.
pub(crate) unsafe fn unpacked(packed: *const Packed) -> Option<Serialization> {
    // SAFETY: by the contract.
    let packed = unsafe { packed.as_ref() }?;
    let length = usize::try_from(packed.cbSerialization).ok()?;
    if packed.rgbSerialization.is_null() || length == 0 || length > Serialization::MAX {
        return None;
    }
    // SAFETY: by the contract, and it is not null.
    let bytes = unsafe { slice::from_raw_parts(packed.rgbSerialization, length) };
    Serialization::new(packed.ulAuthenticationPackage, bytes).ok()
}

/// Hands it to Windows, under our CLSID. `false`: there is no memory.
///
/// # Safety
///
/// `packed` can be written.
pub(crate) unsafe fn pack(serialization: &Serialization, packed: *mut Packed) -> bool {
    let bytes = serialization.bytes().expose();
    let (Ok(length), memory) = (u32::try_from(bytes.len()), bytes_to_give(bytes)) else { return false };
    if memory.is_null() {
        return false;
    }
    let value = Packed {
        ulAuthenticationPackage: serialization.package(),
        clsidCredentialProvider: PROVIDER,
        cbSerialization: length,
        rgbSerialization: memory,
    };
    // SAFETY: by the contract.
    unsafe { put(packed, value) }
}

impl Filter_Impl for FilterObject_Impl {
    /// Always `S_OK`: with an error Windows' own providers might go too.
    unsafe fn Filter(
        &self,
        usage: Usage,
        flags: u32,
        providers: *const GUID,
        allow: *mut BOOL,
        count: u32,
    ) -> HRESULT {
        self.health.guarded(|| {
            let Some(kind) = kind_of(usage, flags) else { return };
            // First of all, so that an administrator can take the filter out of the way whatever else is broken.
            if !registry::settings().enforce
                || providers.is_null()
                || allow.is_null()
                || count > MAX_PROVIDERS
            {
                return;
            }
            let Applies::Enforce { allowed } = applies(here::scene(kind, flags)) else { return };
            let Ok(count) = usize::try_from(count) else { return };
            for index in 0..count {
                // SAFETY: both lists have `count` entries.
                let (provider, allow) = unsafe { (&*providers.add(index), allow.add(index)) };
                if *provider != PROVIDER && !allowed.contains(&clsid(provider)) {
                    // SAFETY: as above.
                    unsafe { allow.write(BOOL(0)) };
                }
            }
        });
        S_OK
    }

    unsafe fn UpdateRemoteCredential(&self, given: *const Packed, routed: *mut Packed) -> HRESULT {
        self.health
            .guarded(|| {
                if given.is_null() || routed.is_null() {
                    return E_POINTER;
                }
                // SAFETY: it is not null, and Windows' structure.
                unsafe { put(routed, Packed::default()) };
                // SAFETY: Windows says how many bytes there are.
                let Some(serialization) = (unsafe { unpacked(given) }) else { return E_INVALIDARG };
                if applies(here::scene(SignInKind::SignIn, 0)) == Applies::StepAside {
                    return E_NOTIMPL;
                }
                // SAFETY: it is not null.
                if unsafe { pack(&serialization, routed) } { S_OK } else { E_OUTOFMEMORY }
            })
            .unwrap_or(E_FAIL)
    }
}
