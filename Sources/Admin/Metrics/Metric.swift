/// One metric of `/metrics`: its name, kind, meaning and labels. docs/metrics.md lists the same ones.
package struct Metric: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case counter
    case gauge
    case histogram
  }

  package let name: String
  package let kind: Kind
  /// One sentence.
  package let help: String
  /// Beside `le` of a histogram.
  package let labels: [String]

  init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
  }
}

extension Metric {
  // The process.
  static let build = Metric(
    "sluice_build_info", .gauge, labels: ["version"], "1, with the version of the program.")
  static let startTime = Metric(
    "process_start_time_seconds", .gauge, "When the process started, in Unix time.")
  static let cpu = Metric(
    "process_cpu_seconds_total", .counter,
    "Processor time of the process, its own and the kernel's.")
  static let memory = Metric(
    "process_resident_memory_bytes", .gauge, "Memory of the process that is resident.")
  static let descriptors = Metric(
    "process_open_fds", .gauge, "Descriptors that the process has open.")
  static let descriptorLimit = Metric(
    "process_max_fds", .gauge, "Descriptors that the process may have open.")
  static let workers = Metric("sluice_workers", .gauge, "Workers, one thread each.")
  static let draining = Metric(
    "sluice_draining", .gauge, "1 from the moment that the process takes no new connections.")

  // The policy.
  static let generation = Metric(
    "sluice_policy_generation", .gauge, "The generation of the policy in force.")
  static let environments = Metric(
    "sluice_environments", .gauge, "Environments of the policy in force.")
  static let reloads = Metric(
    "sluice_reloads_total", .counter, labels: ["result"],
    "Times that the configuration was read again: taken up (ok) or not (refused).")
  static let lastReload = Metric(
    "sluice_last_reload_timestamp_seconds", .gauge,
    "When the configuration was read again last, in Unix time; 0: never.")
  static let lastReloadOK = Metric(
    "sluice_last_reload_successful", .gauge,
    "1 unless the configuration that was read last was refused; then the one before is in force.")
  static let settling = Metric(
    "sluice_policy_settling_max_seconds", .gauge,
    "The longest turn of a worker while it took up a policy.")

  // Requests.
  static let decisions = Metric(
    "sluice_decisions_total", .counter, labels: ["environment", "verdict", "reason"],
    "Requests decided, by environment (empty: none was found), verdict and reason.")
  static let transferred = Metric(
    "sluice_transferred_bytes_total", .counter, labels: ["environment", "direction"],
    "Bytes taken by upstreams (up) and by clients (down), by environment.")
  static let tunnels = Metric(
    "sluice_tunnels", .gauge, labels: ["environment"], "Tunnels open now, by environment.")
  static let connections = Metric(
    "sluice_connections", .gauge, labels: ["environment"],
    "Client connections open now, by environment (empty: in none yet).")
  static let connectionLimit = Metric(
    "sluice_connections_max", .gauge, "Client connections that may be open.")
  static let accepted = Metric(
    "sluice_connections_accepted_total", .counter, "Client connections accepted.")
  static let ends = Metric(
    "sluice_ends_total", .counter, labels: ["end"],
    "Tunnels and exchanges ended, and allowed requests that failed, by how.")

  // The way out.
  static let lookups = Metric(
    "sluice_dns_lookups_total", .counter, labels: ["result"],
    "Names looked up: answered from memory (cached), asked for (asked), or not, because too many are being asked for (refused)."
  )
  static let reused = Metric(
    "sluice_upstream_reused_total", .counter,
    "Requests that got an upstream connection which others had used.")
  static let resolution = Metric(
    "sluice_dns_duration_seconds", .histogram,
    "Time from asking for a name to its addresses, without names answered from memory.")
  static let connect = Metric(
    "sluice_connect_duration_seconds", .histogram,
    "Time from the first attempt to connect to the connection.")
  static let firstByte = Metric(
    "sluice_first_byte_duration_seconds", .histogram,
    "Time from a request to the first byte from its upstream.")

  // The workers.
  static let turn = Metric(
    "sluice_turn_duration_seconds", .histogram,
    "Time of a turn of a worker's loop: how long an event may wait. Some turns are timed, not all.")
  static let turnMax = Metric(
    "sluice_turn_max_seconds", .gauge, labels: ["worker"],
    "The longest turn that was timed, by worker.")
  static let tableUsed = Metric(
    "sluice_table_entries", .gauge, labels: ["worker", "table"],
    "Entries of a worker's tables in use.")
  static let tableCapacity = Metric(
    "sluice_table_entries_max", .gauge, labels: ["worker", "table"],
    "Entries that a worker's tables have room for.")

  // The audit log.
  static let auditWritten = Metric(
    "sluice_audit_records_written_total", .counter, "Audit records written.")
  static let auditDropped = Metric(
    "sluice_audit_records_dropped_total", .counter,
    "Audit records lost because the journal was full.")
  static let auditRefused = Metric(
    "sluice_audit_refused_total", .counter,
    "Requests refused because their record could not be kept.")
  static let auditBacklog = Metric(
    "sluice_audit_backlog_bytes", .gauge, "Bytes of audit records that wait to be written.")
  static let auditFailing = Metric(
    "sluice_audit_failing", .gauge, "1 while the audit log cannot be written.")

  /// All of them, in the order of `/metrics`.
  package static let all = [
    build, startTime, cpu, memory, descriptors, descriptorLimit, workers, draining, generation,
    environments, reloads, lastReload, lastReloadOK, settling, accepted, connectionLimit, ends,
    lookups, reused, resolution, connect, firstByte, turn, turnMax, tableUsed, tableCapacity,
    auditWritten, auditDropped, auditRefused, auditBacklog, auditFailing, decisions, transferred,
    tunnels, connections,
  ]
}
