/// How near the process is to the end of its connections, and with them of its descriptors and records:
/// as many as these are enough for are admitted. docs/limits.md says what gives way at which line.
enum Pressure: UInt8, BitwiseCopyable {
  case none
  /// Beyond four fifths.
  case busy
  /// Beyond 95 in a hundred.
  case full

  init(connections: Int, limit: Int) {
    // Where there are few, the last ones are beyond no line.
    if connections > limit - limit / 20 {
      self = .full
    } else if connections > limit - limit / 5 {
      self = .busy
    } else {
      self = .none
    }
  }
}

/// What a worker does about it, and how far it is.
struct Relief: BitwiseCopyable {
  var pressure = Pressure.none
  /// Number + 1 of the slot of the environment with the most connections; 0: there is only one.
  var busiest: UInt16 = 0
  /// When to look for it again, and when to go on closing idle connections; monotonic nanoseconds.
  var nextLook: UInt64 = 0
  var nextStep: UInt64 = 0
  /// The next record to look at, and what the walk over all of them is for.
  var cursor = 0
  var closesAll = false
  /// Connections of the busiest environment that the walk has closed.
  var closed = 0
}
