import Foundation

/// Turns a table of interactions into an `.inter` file.
///
/// Source: RecBole's atomic files, <https://recbole.io/docs/user_guide/data/atomic_files.html>.
public struct TableImport {
  /// The header of the files that are written, in RecBole's standard names.
  public static let header = "user_id:token\titem_id:token\ttimestamp:float\n"

  private let path: String
  private let user: String
  private let item: String
  private let time: String

  /// What was read.
  public struct Report: Sendable {
    /// The number of rows that were written.
    public fileprivate(set) var rowCount = 0

    /// The rows that were dropped, by what they lack.
    public fileprivate(set) var dropped: [Dropped] = []

    /// What separates the columns, such as `commas`.
    public fileprivate(set) var separators = ""

    /// How the times are written: `seconds`, `milliseconds` or `dates`.
    public fileprivate(set) var times = ""

    /// The earliest and the latest time, in seconds since 1970.
    public fileprivate(set) var timeRange: ClosedRange<Double>?
  }

  /// Rows that were dropped for the same reason.
  public struct Dropped: Sendable, Equatable {
    /// What they lack: `user`, `item` or `time`.
    public let lacks: String
    public fileprivate(set) var count: Int
    public let firstLine: Int
  }

  /// - Parameter path: A table with a header and columns separated by commas, semicolons or tabs.
  /// - Parameter user: The name of the column with the users; `item` and `time` likewise.
  public init(path: String, user: String, item: String, time: String) {
    (self.path, self.user, self.item, self.time) = (path, user, item, time)
  }

  /// Reads all rows.
  ///
  /// - Parameter write: Receives the file's bytes, in parts.
  /// - Throws: A `DataError` for a row that has a mistake, or if no row is left; and what `write` throws.
  public func run(write: ([UInt8]) throws -> Void) throws -> Report {
    let table = try DelimitedTable(path: path, columns: [("--user", user), ("--item", item), ("--time", time)])
    let (user, item, time) = (table.index(of: user), table.index(of: item), table.index(of: time))
    var report = Report()
    report.separators = DelimitedTable.name(of: table.separator)
    var times = ImportedTimes()
    var output = Array(Self.header.utf8)
    let needed = [("user", user), ("item", item), ("time", time)]
    while try table.next() {
      if let lack = needed.first(where: { table.isMissing($0.1) }) {
        report.drop(lacking: lack.0, line: table.line)
        continue
      }
      try Self.append(user, "user", of: table, to: &output)
      output.append(UInt8(ascii: "\t"))
      try Self.append(item, "item", of: table, to: &output)
      output.append(UInt8(ascii: "\t"))
      let text = table.withField(time) { String(decoding: $0, as: UTF8.self) }
      output += try times.seconds(text, line: table.line, at: table.location).utf8
      output.append(UInt8(ascii: "\n"))
      report.rowCount += 1
      if output.count >= 1 << 20 {
        try write(output)
        output.removeAll(keepingCapacity: true)
      }
    }
    guard let first = times.first else {
      throw DataError(
        at: path, found: report.dropped.isEmpty ? "a header without rows" : "no row with a user, an item and a time",
        expected: "a row for each interaction")
    }
    try write(output)
    (report.times, report.timeRange) = (first.notation.rawValue, times.range)
    return report
  }

  /// Appends a token, in quotes if it begins with one.
  private static func append(
    _ column: Int, _ noun: String, of table: DelimitedTable, to output: inout [UInt8]
  ) throws(DataError) {
    let problem: (found: String, expected: String)? = table.withField(column) { bytes in
      if bytes.contains(where: { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
        return (
          "the \(noun) '\(ListedTokens.shown(bytes))' with a tab or a line break",
          "tokens without them, since they end a column and a row of the dataset's file; replace them in the table"
        )
      }
      guard String(validating: bytes, as: UTF8.self) != nil else {
        return ("a \(noun) that is not UTF-8", "UTF-8, such as 'iconv -f LATIN1 -t UTF-8 FILE' writes")
      }
      let quote = UInt8(ascii: "\"")
      guard bytes.first == quote else {
        output += bytes
        return nil
      }
      output.append(quote)
      for byte in bytes { output += byte == quote ? [quote, quote] : [byte] }
      output.append(quote)
      return nil
    }
    if let problem { throw DataError(at: table.location, found: problem.found, expected: problem.expected) }
  }
}

extension TableImport.Report {
  fileprivate mutating func drop(lacking lack: String, line: Int) {
    if let index = dropped.firstIndex(where: { $0.lacks == lack }) {
      dropped[index].count += 1
    } else {
      dropped.append(TableImport.Dropped(lacks: lack, count: 1, firstLine: line))
    }
  }
}

extension DatasetConfiguration {
  /// What makes a name unusable as a dataset's name, or `nil`.
  public static func problem(withName name: String) -> String? { DataError.problem(withName: name) }
}
