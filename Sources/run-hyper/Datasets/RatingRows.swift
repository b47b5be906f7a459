import Foundation
import Literals

/// The rows of a table of ratings.
enum RatingRows {
  static let header = "user_id:token\titem_id:token\trating:float\ttimestamp:float"

  /// Rows with tabs between their columns.
  ///
  /// - Parameter separator: What stands between the columns so far. Rows that have tabs stay as they are.
  /// - Parameter path: Names the table in messages.
  /// - Throws: `CommandError.failed` with the first row that is not four whole numbers.
  static func separatedByTabs(_ table: Data, _ separator: String, path: String) throws(CommandError) -> Data {
    guard separator != "\t" else { return table }
    let mark = Array(separator.utf8)
    var lines = Array(table).split(separator: newline, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var rows: [UInt8] = []
    rows.reserveCapacity(table.count)
    for (number, line) in lines.enumerated() {
      let columns = Self.columns(of: line, between: mark)
      guard columns.count == 4, columns.allSatisfy(isNumber) else {
        let found = String(decoding: line, as: UTF8.self).inMessage
        let names = ["user", "item", "rating", "time"].joined(separator: separator)
        throw .failed("\(path):\(number + 1): found '\(found)'; expected \(names) in whole numbers")
      }
      rows += columns.joined(separator: [tab])
      rows.append(newline)
    }
    return Data(rows)
  }

  /// The parts of a line between the places of `mark`.
  private static func columns(of line: ArraySlice<UInt8>, between mark: [UInt8]) -> [ArraySlice<UInt8>] {
    var columns: [ArraySlice<UInt8>] = []
    var (start, place) = (line.startIndex, line.startIndex)
    while place < line.endIndex {
      if line[place...].starts(with: mark) {
        columns.append(line[start..<place])
        place += mark.count
        start = place
      } else {
        place += 1
      }
    }
    columns.append(line[start...])
    return columns
  }

  private static func isNumber(_ column: ArraySlice<UInt8>) -> Bool {
    !column.isEmpty && column.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  fileprivate static let newline = UInt8(ascii: "\n")
  fileprivate static let tab = UInt8(ascii: "\t")
}

/// How many ratings, users and items a table has.
struct RatingCounts: Equatable, Sendable, CustomStringConvertible {
  let ratings: Int
  let users: Int
  let items: Int

  var description: String { "\(ratings) ratings of \(users) users and \(items) items" }
}

extension RatingCounts {
  /// Counts the rows of an atomic file; `nil` if its columns are not those of ratings.
  init?(of table: Data) {
    let lines = Array(table).split(separator: RatingRows.newline)
    guard let header = lines.first, header.elementsEqual(RatingRows.header.utf8) else { return nil }
    var users: Set<ArraySlice<UInt8>> = []
    var items: Set<ArraySlice<UInt8>> = []
    for line in lines.dropFirst() {
      let columns = line.split(separator: RatingRows.tab, omittingEmptySubsequences: false)
      guard columns.count == 4 else { return nil }
      users.insert(columns[0])
      items.insert(columns[1])
    }
    self.init(ratings: lines.count - 1, users: users.count, items: items.count)
  }
}
