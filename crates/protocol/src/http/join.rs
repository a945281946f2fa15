use super::{Call, wire::secret_text};
use crate::signature::VerifyingKey;
use model::{MachineId, Secret, Sid};
use serde::{Deserialize, Serialize};

/// A machine asks to be joined. Signed with the new key, so that possession is shown.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// The join code's secret, as [`crate::joincode::JoinCode::secret_text`] writes it.
    #[serde(with = "secret_text")]
    pub secret: Secret,
    /// The machine's new Ed25519 public key.
    pub public_key: VerifyingKey,
    /// The machine's name, for people. At most 256 characters.
    pub name: String,
    /// The SID of the machine's account database; a cloned image has the same.
    pub machine_sid: Sid,
    /// The firmware's UUID in lower-case hyphenated form; a clone has another. Empty where there is none.
    pub firmware_uuid: String,
    /// Version of the agent.
    pub agent_version: String,
    /// Operating system and version, for people.
    pub os: String,
}

/// The machine is joined.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JoinAnswer {
    /// Who the machine is from now on; the key id of its signatures.
    pub machine: MachineId,
    /// The name of the machine group it is in.
    pub group: String,
}

impl Call for JoinRequest {
    const PATH: &'static str = "/api/v1/join";
    type Answer = JoinAnswer;
}
