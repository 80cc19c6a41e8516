import Foundation

/// A certificate authority that exists for one test: nothing of it is ever in the repository.
struct CertificateAuthority {
  let authorityFile: String
  let certificateFile: String
  let keyFile: String

  init(in folder: TemporaryFolder, names: [String]) throws {
    authorityFile = folder.path("ca.pem")
    certificateFile = folder.path("site.pem")
    keyFile = folder.path("site.key")
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    try Child.prepare(
      ["openssl", "req", "-x509"] + curve + [
        "-keyout", folder.path("ca.key"), "-out", authorityFile, "-days", "2",
        "-subj", "/CN=Sluice test authority",
        "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
      ])
    try Child.prepare(
      ["openssl", "req", "-new"] + curve + [
        "-keyout", keyFile, "-out", folder.path("site.csr"), "-subj", "/CN=\(names[0])",
      ])
    let alternatives = names.map { "DNS:\($0)" }.joined(separator: ",")
    let extensions = try folder.write(
      "site.ext",
      "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=\(alternatives)\n"
        + "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    try Child.prepare([
      "openssl", "x509", "-req", "-in", folder.path("site.csr"), "-CA", authorityFile,
      "-CAkey", folder.path("ca.key"), "-CAcreateserial", "-days", "2", "-out", certificateFile,
      "-extfile", extensions,
    ])
  }
}
