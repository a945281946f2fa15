use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// In PEM, as certificates and keys are kept in files.
pub fn pem(label: &str, der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A certificate that an authority of its own has signed.
pub struct Certified {
    /// The authority's certificate, in PEM.
    pub authority: String,
    /// The certificate, in DER.
    pub certificate: Vec<u8>,
    /// Its key, in DER (PKCS #8).
    pub key: Vec<u8>,
}

impl Certified {
    /// For a host of this name, or with this address.
    pub fn of(host: &str) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&authority_key).unwrap();
        let issuer = Issuer::from_params(&params, &authority_key);
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self {
            authority: pem("CERTIFICATE", authority.der()),
            certificate: certificate.der().to_vec(),
            key: key.serialize_der(),
        }
    }
}
