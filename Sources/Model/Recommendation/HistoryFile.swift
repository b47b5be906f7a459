import Foundation

/// Histories of users in a file: on each line a user and then the user's items, oldest first, with a tab before each item.
public final class HistoryFile {
  /// The file's format in words.
  static let format = "a user and then the user's items, oldest first, on each line, with a tab before each item"

  let path: String
  private let index: TokenIndex
  private let maximumLength: Int

  /// - Parameter index: The items of the dataset.
  /// - Parameter maximumLength: Of the histories that the network reads.
  public init(path: String, _ index: TokenIndex, maximumLength: Int) {
    (self.path, self.index, self.maximumLength) = (path, index, maximumLength)
  }

  /// Whether the file can be read twice, as a pipe cannot.
  var isRegular: Bool {
    let type =
      (try? FileManager.default.attributesOfItem(atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path))?[
        .type]
    return type as? FileAttributeType == .typeRegular
  }

  /// Opens the file at its beginning.
  func open() throws(DataError) -> PlainLines { try PlainLines(path: path, expected: Self.format) }

  /// Reads the whole file and checks it.
  ///
  /// - Returns: The number of users; `nil` if the file can be read only once, and so is checked while it is used.
  public func check() throws -> Int? {
    guard FileManager.default.isReadableFile(atPath: path), !FileManager.default.fileExists(atPath: path + "/.") else {
      throw PlainLines.unreadable(path, Self.format)
    }
    guard isRegular else { return nil }
    let lines = try open()
    var count = 0
    while let block = try lines.next(most: .max) { count += try parse(block).histories.count }
    guard count > 0 else { throw DataError(at: path, found: "no user", expected: Self.format) }
    return count
  }

  /// Users of some lines.
  struct Parsed {
    var histories: [UserHistory] = []
    var unknown = UnknownItems()
  }

  /// Reads lines; empty ones do not count.
  ///
  /// - Throws: For a user without a name or not in UTF-8, and for items that are separated by spaces.
  func parse(_ block: PlainLines.Lines) throws(DataError) -> Parsed {
    var parsed = Parsed()
    let bytes = block.bytes.span
    for (number, range) in block.lines() where !range.isEmpty {
      let userEnd = block.bytes[range].firstIndex(of: UInt8(ascii: "\t")) ?? range.upperBound
      guard userEnd > range.lowerBound else {
        throw DataError(at: "\(path):\(number)", found: "no user before the first tab", expected: Self.format)
      }
      guard let user = String(validating: block.bytes[range.lowerBound..<userEnd], as: UTF8.self) else {
        throw DataError(at: "\(path):\(number)", found: "a user that is not UTF-8", expected: "a file in UTF-8")
      }
      var items: [Int32] = []
      var unknown: [Range<Int>] = []
      var start = userEnd + 1
      while start < range.upperBound {
        let end = block.bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: "\t")) ?? range.upperBound
        if end > start {
          if let item = index.id(bytes, start..<end) { items.append(item) } else { unknown.append(start..<end) }
        }
        start = end + 1
      }
      if let first = unknown.first {
        try checkSpaces(block.bytes, first, line: number)
        parsed.unknown.add(unknown.count, first: "'\(ListedTokens.shown(block.bytes[first]))' in line \(number)")
      }
      parsed.histories.append(UserHistory(user: user, items: items.suffix(maximumLength), seen: items))
    }
    return parsed
  }

  /// Refuses an unknown item that is several items with spaces between them.
  private func checkSpaces(_ bytes: [UInt8], _ range: Range<Int>, line: Int) throws(DataError) {
    let pieces = bytes[range].split(separator: UInt8(ascii: " "))
    let span = bytes.span
    guard pieces.count > 1, pieces.allSatisfy({ index.id(span, $0.startIndex..<$0.endIndex) != nil }) else { return }
    throw DataError(
      at: "\(path):\(line)",
      found: "'\(ListedTokens.shown(bytes[range]))', which is \(pieces.count) items with spaces between them",
      expected: Self.format)
  }
}

/// Items of histories that the dataset does not have.
public struct UnknownItems: Sendable, Equatable {
  /// The number of items, each counted as often as it occurs.
  public private(set) var count = 0

  /// The number of users who have had such items.
  public private(set) var userCount = 0

  /// The first item and its line.
  public private(set) var first: String?

  public init() {}

  mutating func add(_ count: Int, first: String) {
    self.count += count
    userCount += 1
    self.first = self.first ?? first
  }

  public mutating func add(_ other: UnknownItems) {
    count += other.count
    userCount += other.userCount
    first = first ?? other.first
  }
}
