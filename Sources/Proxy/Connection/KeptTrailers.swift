internal import Wire

/// A buffer of the worker's trailer pool, while the message is under way whose trailer fields it takes: the
/// names that were announced and may go on, then the trailer lines so far.
struct KeptTrailers: BitwiseCopyable {
  /// Where the buffer begins in the pool's memory.
  let place: Int
  let announcedCount: Int
  var sectionCount = 0

  /// Where the trailer lines begin.
  var section: Int { place + TrailerSection.announcementLimit }

  init(place: Int, announcedCount: Int) {
    self.place = place
    self.announcedCount = announcedCount
  }
}
