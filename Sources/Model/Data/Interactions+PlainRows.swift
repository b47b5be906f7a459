/// The positions of the required columns in plain rows.
///
/// A row is plain if it has the right number of columns, no quotes, and an unambiguous user, item and time.
/// Nearly all rows are plain, and each of their bytes is read only once or twice. All other rows take the
/// general path through `TypedTable.Rows`, which also reports what is wrong with them.
struct PlainLayout {
  private let userColumn: Int
  private let itemColumn: Int
  private let timeColumn: Int
  private let lastColumn: Int
  private let separator: UInt8

  /// Returns `nil` for files whose rows all take the general path.
  init?(user: Int, item: Int, time: Int, in file: TypedTable) {
    let reserved = Array("0123456789+-.\"\r\n".utf8)
    guard file.separator.count == 1, !reserved.contains(file.separator[0]), user != item else { return nil }
    (userColumn, itemColumn, timeColumn) = (user, item, time)
    lastColumn = file.columns.count - 1
    separator = file.separator[0]
  }

  /// The contents of a plain row.
  struct Row {
    var userStart = 0
    var userEnd = 0
    var itemStart = 0
    var itemEnd = 0
    var time = 0.0

    /// Where the next row starts.
    var end = 0
  }

  /// The row that starts at `start`, or `nil` if there is none or it is not plain.
  @inline(__always)
  func row(in bytes: Span<UInt8>, from start: Int) -> Row? {
    var row = Row()
    var index = start
    for column in 0...lastColumn {
      let cellStart = index
      var number: UInt64 = 0
      if column == timeColumn {
        while index < bytes.count, bytes[index] &- 48 < 10 {
          number = number &* 10 &+ UInt64(bytes[index] &- 48)
          index += 1
        }
      }
      let digitsEnd = index
      while index < bytes.count, bytes[index] != separator, bytes[index] != UInt8(ascii: "\n") { index += 1 }
      guard index < bytes.count, bytes[index] == (column == lastColumn ? UInt8(ascii: "\n") : separator) else {
        return nil
      }
      let hasReturn = column == lastColumn && index > cellStart && bytes[index - 1] == UInt8(ascii: "\r")
      let cellEnd = hasReturn ? index - 1 : index
      if column == timeColumn {
        if digitsEnd == cellEnd, cellEnd > cellStart, cellEnd - cellStart < 19 {
          row.time = Double(number)
        } else {
          guard cellEnd > cellStart, bytes[cellStart] != UInt8(ascii: "\""),
            let time = TypedTable.number(bytes, cellStart, cellEnd), time.isFinite
          else { return nil }
          row.time = time
        }
      } else if column == userColumn {
        guard Self.isPlainToken(bytes, cellStart, cellEnd) else { return nil }
        (row.userStart, row.userEnd) = (cellStart, cellEnd)
      } else if column == itemColumn {
        guard Self.isPlainToken(bytes, cellStart, cellEnd) else { return nil }
        (row.itemStart, row.itemEnd) = (cellStart, cellEnd)
      } else if bytes[cellStart] == UInt8(ascii: "\"") {
        return nil
      }
      index += 1
    }
    row.end = index
    return row
  }

  /// Whether a cell is neither quoted nor possibly missing, judged by its first two bytes.
  @inline(__always)
  private static func isPlainToken(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard end > start else { return false }
    switch bytes[start] {
    case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "<"), UInt8(ascii: "N"),
      UInt8(ascii: "n"):
      return false
    case UInt8(ascii: "1"): return end - start < 2 || bytes[start + 1] != UInt8(ascii: ".")
    default: return true
    }
  }
}

extension Interactions {
  /// Reserves memory for all rows of a file, extrapolating from the rows read so far.
  ///
  /// Arrays that grow by doubling would hold the rows twice while they are moved.
  ///
  /// - Parameter byteCount: The number of bytes read so far, including the header.
  /// - Parameter size: The size of the file in bytes.
  mutating func reserve(byteCount: Int, of size: Int) {
    guard byteCount > 0, size > byteCount else { return }
    // The reported size of a file can be larger than its actual size.
    let expected = Int(min(Double(count) * Double(size) / Double(byteCount) * 1.02, Double(Self.maximumCount)))
    users.reserveCapacity(expected)
    items.reserveCapacity(expected)
    times.reserveCapacity(expected)
  }

  /// Reads rows of the current block as long as they are plain.
  mutating func readPlainRows(_ rows: inout TypedTable.Rows, _ layout: PlainLayout) throws(DataError) {
    let block = rows.block
    let bytes = block.span
    var position = rows.position
    var lineCount = 0
    defer { rows.advance(to: position, lineCount: lineCount) }
    while count < Self.maximumCount, let row = layout.row(in: bytes, from: position) {
      lineCount += 1
      users.append(
        try userTable.intern(bytes, row.userStart, row.userEnd, at: rows.location(linesAhead: lineCount)))
      items.append(
        try itemTable.intern(bytes, row.itemStart, row.itemEnd, at: rows.location(linesAhead: lineCount)))
      times.append(row.time)
      position = row.end
    }
  }
}
