//! The agent as a Windows service: installing it, removing it, running as one.

use std::{
    ffi::OsString,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;
use windows_service::{
    define_windows_service,
    service::{
        ServiceAccess, ServiceAction, ServiceActionType, ServiceControl, ServiceControlAccept,
        ServiceErrorControl, ServiceExitCode, ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo,
        ServiceStartType, ServiceState, ServiceStatus, ServiceType,
    },
    service_control_handler::{self, ServiceControlHandlerResult},
    service_dispatcher,
    service_manager::{ServiceManager, ServiceManagerAccess},
};

/// How soon Windows starts the service again after it broke, the first, second and every later time in a day.
const RESTART_AFTER: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];
/// After so long without a break the first one counts as the first again.
const FORGET_AFTER: Duration = Duration::from_secs(24 * 3600);

/// A service.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its name; the outside relies on it.
    pub name: &'static str,
    /// Its name for people.
    pub display_name: &'static str,
    /// What it does, for people.
    pub description: &'static str,
}

/// Rings once when Windows asks the service to stop.
pub type Stop = Arc<Notify>;

type Body = Box<dyn FnOnce(Stop) -> bool + Send>;

static BODY: OnceLock<(Service, Mutex<Option<Body>>)> = OnceLock::new();

define_windows_service!(start_of_service, service_main);

impl Service {
    /// Installs the service, started with Windows as LocalSystem, with these arguments, and starts it. Windows starts it
    /// again when it breaks.
    ///
    /// # Errors
    /// Not an administrator, or a service of that name is there.
    pub fn install(&self, program: PathBuf, arguments: Vec<OsString>) -> io::Result<()> {
        let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
        let info = ServiceInfo {
            name: self.name.into(),
            display_name: self.display_name.into(),
            service_type: ServiceType::OWN_PROCESS,
            start_type: ServiceStartType::AutoStart,
            error_control: ServiceErrorControl::Normal,
            executable_path: program,
            launch_arguments: arguments,
            dependencies: Vec::new(),
            account_name: None,
            account_password: None,
        };
        let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::START;
        let service = manager.create_service(&info, access).map_err(other)?;
        // What follows makes it better and is no reason to have none.
        let _ = service.set_description(self.description);
        let restart = |delay| ServiceAction { action_type: ServiceActionType::Restart, delay };
        let _ = service.update_failure_actions(ServiceFailureActions {
            reset_period: ServiceFailureResetPeriod::After(FORGET_AFTER),
            reboot_msg: None,
            command: None,
            actions: Some(RESTART_AFTER.map(restart).to_vec()),
        });
        let _ = service.set_failure_actions_on_non_crash_failures(true);
        service.start::<OsString>(&[]).map_err(other)
    }

    /// Stops the service and removes it.
    ///
    /// # Errors
    /// Not an administrator, or there is none.
    pub fn uninstall(&self) -> io::Result<()> {
        let access = ServiceAccess::STOP | ServiceAccess::DELETE | ServiceAccess::QUERY_STATUS;
        let service =
            manager(ServiceManagerAccess::CONNECT)?.open_service(self.name, access).map_err(other)?;
        // It may not be running.
        let _ = service.stop();
        service.delete().map_err(other)
    }

    /// Runs `body` as this service, in a process that Windows started for it. `body` returns when it is told to stop, or
    /// when it breaks, and says whether all was well.
    ///
    /// # Errors
    /// This process was not started as a service.
    pub fn run(self, body: impl FnOnce(Stop) -> bool + Send + 'static) -> io::Result<()> {
        let body: Body = Box::new(body);
        if BODY.set((self, Mutex::new(Some(body)))).is_err() {
            return Err(io::Error::other("the service runs already"));
        }
        service_dispatcher::start(self.name, start_of_service).map_err(other)
    }
}

fn service_main(_: Vec<OsString>) {
    let Some((service, body)) = BODY.get() else { return };
    let Some(body) = body.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let stop: Stop = Arc::new(Notify::new());
    let asked = Arc::clone(&stop);
    let registered = service_control_handler::register(service.name, move |control| match control {
        ServiceControl::Stop | ServiceControl::Shutdown => {
            asked.notify_one();
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    });
    let Ok(handle) = registered else { return };
    let tell = |state, accepted, code| {
        // Nobody is left to be told that telling failed.
        let _ = handle.set_service_status(ServiceStatus {
            service_type: ServiceType::OWN_PROCESS,
            current_state: state,
            controls_accepted: accepted,
            exit_code: ServiceExitCode::Win32(code),
            checkpoint: 0,
            wait_hint: Duration::default(),
            process_id: None,
        });
    };
    tell(ServiceState::Running, ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN, 0);
    let well = body(stop);
    // ERROR_SERVICE_SPECIFIC_ERROR would need a code of ours; ERROR_GEN_FAILURE says that it broke.
    tell(ServiceState::Stopped, ServiceControlAccept::empty(), if well { 0 } else { 31 });
}

fn manager(access: ServiceManagerAccess) -> io::Result<ServiceManager> {
    ServiceManager::local_computer(None::<&str>, access).map_err(other)
}

fn other(error: windows_service::Error) -> io::Error {
    match error {
        windows_service::Error::Winapi(error) => error,
        error => io::Error::other(error),
    }
}
