import Foundation

/// The lines of a file, some at a time.
final class PlainLines {
  private let path: String
  private let expected: String
  private let reader: LineReader
  private var block: [UInt8] = []
  private var position = 0
  private var line = 1
  private var isFirst = true

  /// Whole lines.
  struct Lines {
    let bytes: [UInt8]

    /// The number of the first line, from 1.
    let first: Int

    /// The number of each line and its range of the bytes, without the line end.
    func lines() -> [(number: Int, range: Range<Int>)] {
      var lines: [(number: Int, range: Range<Int>)] = []
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let hasReturn = end > start && bytes[end - 1] == UInt8(ascii: "\r")
        lines.append((first + lines.count, start..<(hasReturn ? end - 1 : end)))
        start = end + 1
      }
      return lines
    }
  }

  /// - Parameter expected: What the file should be, for errors.
  init(path: String, expected: String) throws(DataError) {
    (self.path, self.expected) = (path, expected)
    do {
      reader = try LineReader(path: path, blockSize: LineReader.defaultBlockSize, hash: ContentHash())
    } catch {
      throw Self.unreadable(path, expected)
    }
  }

  /// The next lines, at most `most`; `nil` at the end of the file.
  func next(most: Int) throws(DataError) -> Lines? {
    if position == block.count {
      block = try read()
      position = 0
      if isFirst, block.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
      isFirst = false
      guard position < block.count else { return nil }
    }
    let (start, first) = (position, line)
    var count = 0
    while position < block.count, count < most {
      position = block[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? block.count
      count += 1
    }
    line += count
    return Lines(bytes: Array(block[start..<position]), first: first)
  }

  private func read() throws(DataError) -> [UInt8] {
    do {
      return try reader.next()
    } catch is LineReader.LongLine {
      throw DataError(at: path, found: "a line of more than \(LineReader.longestLine) bytes", expected: expected)
    } catch {
      throw Self.unreadable(path, expected)
    }
  }

  /// The error for a file that cannot be read.
  static func unreadable(_ path: String, _ expected: String) -> DataError {
    let exists = FileManager.default.fileExists(atPath: path)
    return DataError(at: path, found: exists ? "a file that cannot be read" : "no such file", expected: expected)
  }
}
