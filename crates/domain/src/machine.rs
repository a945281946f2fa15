use crate::words;
use model::{GroupId, JoinCodeId, MachineId, Sid, UnixTime};
use serde::{Deserialize, Serialize};

words! {
    /// Whether the server listens to a machine.
    MachineState, "state of a machine" {
        /// It does.
        Active = "active",
        /// Not until an administrator or the time that was set says so.
        Suspended = "suspended",
        /// Its key turned up on other hardware: it must be joined again.
        Cloned = "cloned",
        /// Never again with this key.
        Removed = "removed",
    }
}

/// A joined PC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Machine {
    /// Which machine; the key id of its signatures.
    pub id: MachineId,
    /// Its name, for people.
    pub name: String,
    /// The group that carries its policy.
    pub group: GroupId,
    /// The group's name, as policies call it.
    pub group_name: String,
    /// Its Ed25519 public key.
    #[serde(skip)]
    pub public_key: [u8; 32],
    /// SID of its account database, at joining.
    pub machine_sid: Sid,
    /// Its firmware's UUID, at joining.
    pub firmware_uuid: String,
    /// Version of its agent, as last heard.
    pub agent_version: String,
    /// Its operating system, as last heard.
    pub os: String,
    /// When it was joined.
    pub joined_at: UnixTime,
    /// When it last spoke, to the minute or so.
    pub last_seen_at: UnixTime,
    /// Whether the server listens to it.
    pub state: MachineState,
    /// For `Suspended`: when that ends by itself.
    pub suspended_until: Option<UnixTime>,
}

/// A group of machines; carries the policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MachineGroup {
    /// Which group.
    pub id: GroupId,
    /// Its name, as policies call it.
    pub name: String,
}

/// What lets machines join. The secret is not kept, only its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JoinCode {
    /// Which code.
    pub id: JoinCodeId,
    /// The group its machines come into.
    pub group: GroupId,
    /// That group's name.
    pub group_name: String,
    /// When it was made.
    pub created_at: UnixTime,
    /// When it stops being good.
    pub expires_at: UnixTime,
    /// How many machines may still join with it.
    pub uses_left: u32,
}
