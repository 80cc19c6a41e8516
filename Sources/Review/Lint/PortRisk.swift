import Domains

/// Ports whose services give more than web traffic: what a tunnel to them could do. Names and numbers
/// are those of the IANA registry of service names and port numbers.
enum PortRisk {
  static let ports: [(number: UInt16, why: String)] = [
    (20, "FTP sends names, passwords and files in the clear"),
    (21, "FTP sends names, passwords and files in the clear"),
    (22, "SSH carries shells, files and tunnels to anywhere that the far end reaches"),
    (23, "Telnet gives a shell and sends the password in the clear"),
    (25, "SMTP sends mail to anyone, from the address of this network"),
    (53, "DNS carries data out in queries"),
    (69, "TFTP has no authentication"),
    (110, "POP3 sends passwords in the clear"),
    (111, "the port mapper leads to NFS and other RPC services"),
    (135, "Windows RPC runs commands on other machines"),
    (139, "NetBIOS shares files and takes passwords' hashes"),
    (143, "IMAP sends passwords in the clear"),
    (389, "LDAP reads and writes directories, and sends passwords in the clear"),
    (445, "SMB shares files and takes passwords' hashes"),
    (465, "SMTP sends mail to anyone, from the address of this network"),
    (512, "rexec runs commands on other machines"),
    (513, "rlogin gives a shell and trusts addresses"),
    (514, "rsh runs commands and trusts addresses"),
    (587, "SMTP sends mail to anyone, from the address of this network"),
    (873, "rsync copies files in the clear"),
    (1080, "SOCKS reaches anything that the far end reaches"),
    (1433, "SQL Server, a database"), (1521, "Oracle, a database"),
    (2049, "NFS shares files and trusts addresses"),
    (2375, "the Docker API without TLS is root on its machine"),
    (2376, "the Docker API is root on its machine"),
    (2379, "etcd holds the secrets of a cluster"),
    (3128, "a web proxy reaches anything that the far end reaches"),
    (3306, "MySQL, a database"), (3389, "RDP gives a desktop"),
    (5432, "PostgreSQL, a database"), (5900, "VNC gives a desktop"),
    (5985, "WinRM runs commands on other machines"),
    (5986, "WinRM runs commands on other machines"),
    (6000, "X11 gives the keyboard and the screen"),
    (6379, "Redis, a database that has no password by default"),
    (6443, "the Kubernetes API commands a cluster"),
    (6667, "IRC, in the clear and used for remote control"),
    (8086, "InfluxDB, a database"), (9200, "Elasticsearch, a database"),
    (10250, "the kubelet runs commands in containers"),
    (11211, "memcached has no authentication"), (27017, "MongoDB, a database"),
  ]

  /// The risky ports of a set, ascending.
  static func risks(in set: PortSet) -> [(number: UInt16, why: String)] {
    ports.filter { risk in set.ranges.contains { $0.contains(risk.number) } }
  }
}
