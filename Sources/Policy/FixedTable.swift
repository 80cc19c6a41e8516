/// Rows made once and read by every worker: flat memory without reference counts, each access checked.
/// With `SnapshotLayout` and
/// `PolicySnapshot+Text` the only place of this target that handles raw memory.
@safe struct FixedTable<Row: BitwiseCopyable & Sendable>: ~Copyable {
  private let base: UnsafeMutablePointer<Row>
  let count: Int

  init(_ rows: [Row]) {
    count = rows.count
    unsafe base = .allocate(capacity: max(rows.count, 1))
    for (index, row) in rows.enumerated() {
      unsafe (base + index).initialize(to: row)
    }
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Row {
    @inline(__always) borrowing get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
      return unsafe base[index]
    }
  }

  /// The address of the rows at `offset ..< offset + length`, which are checked to exist. It is good
  /// while the table lives; the caller ties it to that.
  @unsafe borrowing func checkedStart(_ offset: Int, _ length: Int) -> UnsafePointer<Row> {
    precondition(offset >= 0 && length >= 0 && offset <= count && length <= count - offset)
    return unsafe UnsafePointer(base + offset)
  }
}

// Nobody writes after `init`.
extension FixedTable: @unsafe @unchecked Sendable {}

extension StaticString {
  /// The UTF-8 byte at `index`, checked. Exempt from the analysis because the accessors of
  /// StaticString have no body that it can see; they read two words.
  @_semantics("no_performance_analysis") @inline(__always) func byte(at index: Int) -> UInt8 {
    precondition(UInt(bitPattern: index) < UInt(bitPattern: utf8CodeUnitCount))
    return unsafe utf8Start[index]
  }
}
