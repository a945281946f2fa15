use model::{MachineId, PersonId, TokenId, UnixTime};
use serde::{Deserialize, Serialize};

/// Who made something happen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person at a machine, as the machine says.
    Machine,
    /// An administrator at the server's command line; the name is the operating system's.
    CommandLine(String),
    /// An operator in the console; the name is the one they sign in with.
    Operator(String),
    /// A program with a key of the API; what the key is called.
    ApiKey(String),
    /// A person in a browser, signed in as themselves.
    Person,
    /// A person in a browser, by an invitation.
    Invitation,
    /// Somebody with the authenticator app, who knows the password of a backup.
    App,
    /// A VPN or another program that asks whether somebody's code is right; what the configuration calls it.
    Gateway(String),
    /// The server itself.
    Server,
}

/// What happened. A row in the same transaction as the change it tells of.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditEvent {
    /// When, by the server's clock.
    pub at: UnixTime,
    /// What.
    pub kind: AuditKind,
    /// Who made it happen.
    pub actor: Actor,
    /// About whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// On which machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<MachineId>,
    /// With which token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// What else there is to say, in words without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

crate::words! {
    /// The kinds of events. Their words are promised to whoever filters an audit trail.
    AuditKind, "kind of event" {
        /// A new person was made on first sight or by an administrator.
        PersonAdded = "person_added",
        /// A person was disabled.
        PersonDisabled = "person_disabled",
        /// A person was enabled again.
        PersonEnabled = "person_enabled",
        /// A person's blocks were lifted.
        PersonUnlocked = "person_unlocked",
        /// An account went from one person to another.
        AccountMoved = "account_moved",
        /// Two people became one; the detail names the one who is gone.
        PeopleJoined = "people_joined",
        /// A pair of person and machine was blocked after wrong codes.
        PairBlocked = "pair_blocked",
        /// A person was blocked everywhere after wrong codes from several machines.
        PersonBlocked = "person_blocked",

        /// A seed was shown for the first time.
        EnrollmentStarted = "enrollment_started",
        /// The same seed was shown again.
        EnrollmentResumed = "enrollment_resumed",
        /// A pending seed was dropped for a new one.
        EnrollmentStartedOver = "enrollment_started_over",
        /// A first code was accepted: the token exists.
        TokenEnrolled = "token_enrolled",
        /// A pending seed died because the person enrolled elsewhere first.
        EnrollmentLost = "enrollment_lost",
        /// A first code was wrong.
        EnrollmentCodeWrong = "enrollment_code_wrong",
        /// An enrollment could not begin; the detail says why.
        EnrollmentRefused = "enrollment_refused",
        /// An administrator's approval was asked for.
        ApprovalRequested = "approval_requested",
        /// An administrator approved an enrollment.
        ApprovalGranted = "approval_granted",
        /// An administrator denied an enrollment.
        ApprovalDenied = "approval_denied",
        /// An enrollment code was made.
        EnrollmentCodeMade = "enrollment_code_made",
        /// An invitation was made.
        InvitationMade = "invitation_made",

        /// A token was disabled.
        TokenDisabled = "token_disabled",
        /// A token was enabled again.
        TokenEnabled = "token_enabled",
        /// A token was revoked.
        TokenRevoked = "token_revoked",
        /// A token was taken away so that its owner enrolls anew.
        TokenReplaced = "token_replaced",
        /// Hardware tokens came into stock; the detail tells how many, of which file.
        HardwareTokensImported = "hardware_tokens_imported",
        /// A hardware token was given to a person; the detail tells whether a code of it was shown.
        TokenAssigned = "token_assigned",
        /// A hardware token was taken back into stock.
        TokenUnassigned = "token_unassigned",
        /// A hardware token was removed from stock.
        TokenDiscarded = "token_discarded",
        /// The counter or the clock of a token was found again by two codes of it.
        TokenResynchronized = "token_resynchronized",
        /// A token got another label.
        TokenRenamed = "token_renamed",
        /// A token was reported lost by its owner; its codes are never taken again.
        TokenLost = "token_lost",
        /// A person signed in to self-service with a code.
        SelfServiceEntered = "self_service_entered",
        /// Somebody was refused there; the detail says why.
        SelfServiceRefused = "self_service_refused",
        /// Recovery codes were made; the older ones are void.
        RecoveryCodesMade = "recovery_codes_made",
        /// A recovery code was accepted.
        RecoveryCodeUsed = "recovery_code_used",

        /// A temporary code was made for somebody who has no token at hand; the detail tells how long it is good, and how often.
        TemporaryCodeMade = "temporary_code_made",
        /// A temporary code was accepted.
        TemporaryCodeUsed = "temporary_code_used",
        /// A temporary code was ended before its time.
        TemporaryCodeEnded = "temporary_code_ended",

        /// A code was accepted: the sign-in is approved.
        CodeAccepted = "code_accepted",
        /// A code was wrong.
        CodeWrong = "code_wrong",
        /// A right code came a second time.
        CodeUsed = "code_used",
        /// Policy asked for no code: the sign-in is approved; the detail names the rule.
        CodeNotNeeded = "code_not_needed",
        /// A sign-in was refused; the detail says why.
        SignInRefused = "sign_in_refused",
        /// A machine reports that Windows let the person in.
        SignedIn = "signed_in",
        /// A machine reports that Windows refused after all.
        WindowsRefused = "windows_refused",
        /// A machine reports a wrong Windows password.
        PasswordWrong = "password_wrong",
        /// A machine reports that the person went away.
        SignInAbandoned = "sign_in_abandoned",
        /// A machine reports that it refused by itself.
        AgentRefused = "agent_refused",
        /// A machine reports that its sign-in screen kept breaking, so that the password alone is enough there.
        ProviderSteppedAside = "provider_stepped_aside",

        /// A join code was made.
        JoinCodeMade = "join_code_made",
        /// A join code was ended before its time.
        JoinCodeEnded = "join_code_ended",
        /// A machine was joined.
        MachineJoined = "machine_joined",
        /// A join was refused.
        JoinRefused = "join_refused",
        /// A machine was suspended.
        MachineSuspended = "machine_suspended",
        /// A machine is listened to again.
        MachineResumed = "machine_resumed",
        /// A machine's key turned up on other hardware.
        MachineCloned = "machine_cloned",
        /// A machine was removed.
        MachineRemoved = "machine_removed",
        /// A machine came into another group.
        MachineMoved = "machine_moved",
        /// A machine spoke for an account it may not speak for.
        AccountNotAllowed = "account_not_allowed",

        /// A box for backups of an authenticator was made; the detail names it.
        BackupBoxMade = "backup_box_made",
        /// A box for backups was deleted by whoever has its password, with all that was in it.
        BackupBoxDeleted = "backup_box_deleted",
        /// A box for backups was deleted because nobody had used it for the time that the configuration names.
        BackupBoxDropped = "backup_box_dropped",
        /// A backup was refused because a limit was reached; the detail names it. Once a day for each cause.
        BackupRefused = "backup_refused",
        /// An address tried more names and passwords of backups than it may, or of files behind the relay.
        BackupTriesLimited = "backup_tries_limited",

        /// A gateway sent more wrong codes than it may and is not answered for the rest of the hour.
        GatewayBlocked = "gateway_blocked",
        /// A client made for privacyIDEA was let in; the detail names it.
        CompatClientMade = "compat_client_made",
        /// A client made for privacyIDEA is let in no more.
        CompatClientEnded = "compat_client_ended",

        /// A key of the administration API was made; the detail says with which rights.
        ApiKeyMade = "api_key_made",
        /// A key of the administration API was ended.
        ApiKeyEnded = "api_key_ended",
        /// A network sent more unknown keys of the administration API than it may.
        ApiTriesLimited = "api_tries_limited",

        /// A link was made with which the first operator sets the console up.
        SetUpLinkMade = "set_up_link_made",
        /// Somebody became an operator; the detail says with which role.
        OperatorAdded = "operator_added",
        /// A link was made with which somebody becomes an operator, or gets a new password and token.
        OperatorInvited = "operator_invited",
        /// Such a link was ended before its time.
        OperatorInvitationEnded = "operator_invitation_ended",
        /// An operator has a new password and a new token.
        OperatorRenewed = "operator_renewed",
        /// An operator got another role, or other groups.
        OperatorChanged = "operator_changed",
        /// An operator may no longer sign in.
        OperatorDisabled = "operator_disabled",
        /// An operator may sign in again.
        OperatorEnabled = "operator_enabled",
        /// An operator signed in to the console.
        OperatorSignedIn = "operator_signed_in",
        /// A sign-in to the console was refused; the detail says why, and never the name that was typed.
        OperatorRefused = "operator_refused",
        /// A name is blocked in the console after wrong tries, from one network or from everywhere.
        OperatorBlocked = "operator_blocked",
        /// An operator showed the second factor again.
        OperatorSteppedUp = "operator_stepped_up",
        /// An operator signed out.
        OperatorSignedOut = "operator_signed_out",
        /// Sessions of an operator were ended by somebody.
        OperatorSessionsEnded = "operator_sessions_ended",

        /// The directory was read and people or groups were changed by that; the detail counts them.
        DirectoryRead = "directory_read",
        /// The directory cannot be read, or what was read is not believed; the detail says why. Once, until it changes.
        DirectoryFailed = "directory_failed",
        /// A person has another name in the directory.
        PersonRenamed = "person_renamed",
        /// A person came into groups of the directory, or out of them; the detail names them.
        PersonRegrouped = "person_regrouped",

        /// A policy came into force.
        PolicyChanged = "policy_changed",
        /// The server started; the detail tells the version.
        ServerStarted = "server_started",
        /// A backup of the server was made; the detail names the file.
        ServerBackedUp = "server_backed_up",
        /// The server was put back from a backup; the detail tells of when it was, and what was ended by that.
        ServerRestored = "server_restored",
        /// A new master key seals from now on; what others sealed is being sealed again.
        MasterKeyChanged = "master_key_changed",
        /// Nothing is sealed under an earlier master key any more; the detail names those that were retired.
        MasterKeysRetired = "master_keys_retired",
        /// The statement of keys changed.
        KeysChanged = "keys_changed",
    }
}
