import Foundation
import Literals

/// A text table whose header names and types its columns, such as `NAME.inter`.
///
/// Source: RecBole's atomic files. As in RecBole, cells in double quotes may contain separators, and cells that
/// pandas treats as missing are missing.
struct TypedTable {
  let path: String
  let columns: [Column]
  let separator: [UInt8]
  /// The size of the file in bytes, as far as known before reading.
  var size: Int { reader.size }

  private let reader: LineReader
  private let firstBlock: [UInt8]
  private let bodyStart: Int

  /// A column's name and type.
  struct Column: Equatable {
    let name: String
    let type: ColumnType
  }

  /// The type of a column's cells.
  enum ColumnType: String, CaseIterable {
    case token, float
    case tokenSequence = "token_seq"
    case floatSequence = "float_seq"
  }

  /// Opens a file and reads its header.
  ///
  /// - Parameter blockSize: The number of bytes to read at once; `.max` for a file whose rows are read twice.
  /// - Parameter hash: Receives the file's bytes while they are read.
  init(path: String, separator: String, blockSize: Int, hash: ContentHash) throws(DataError) {
    self.path = path
    self.separator = Array(separator.utf8)
    do {
      reader = try LineReader(path: path, blockSize: blockSize, hash: hash)
    } catch {
      throw Self.unreadable(path)
    }
    let bytes = try Self.nextBlock(of: reader, path)
    firstBlock = bytes
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    bodyStart = min(end + 1, bytes.count)
    var line = bytes[start..<end]
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    guard !line.isEmpty else {
      throw DataError(
        at: "\(path):1", found: bytes.isEmpty ? "an empty file" : "an empty line",
        expected: "a header such as user_id:token, item_id:token, timestamp:float")
    }
    guard let header = String(validating: line, as: UTF8.self) else {
      throw DataError(at: "\(path):1", found: "bytes that are not UTF-8", expected: "a header in UTF-8")
    }
    columns = try Self.columns(in: header, separator: separator, at: "\(path):1")
  }

  private static func unreadable(_ path: String) -> DataError {
    let exists = FileManager.default.fileExists(atPath: path)
    return DataError(
      at: path, found: exists ? "a file that cannot be read" : "no such file", expected: "a readable table")
  }

  /// The next whole lines of a file; none at its end.
  static func nextBlock(of reader: LineReader, _ path: String) throws(DataError) -> [UInt8] {
    do {
      return try reader.next()
    } catch is LineReader.LongLine {
      throw DataError(
        at: path, found: "a line of more than \(LineReader.longestLine) bytes", expected: "a row on each line")
    } catch {
      throw unreadable(path)
    }
  }

  private static func columns(
    in header: String, separator: String, at location: String
  ) throws(DataError) -> [Column] {
    var columns: [Column] = []
    var names: Set<String> = []
    for cell in header.split(separator: separator, omittingEmptySubsequences: false) {
      let parts = cell.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw DataError(
          at: location, found: "the column '\(cell)' \(parts.count == 2 ? "without a name" : "without one type")",
          expected: "name:type in each column, such as user_id:token"
            + (parts.count > 2 ? Self.hint(at: header, dividedBy: separator) : ""))
      }
      guard let type = ColumnType(rawValue: String(parts[1])) else {
        let nearest = nearestName(to: String(parts[1]), among: ColumnType.allCases.map(\.rawValue))
        throw DataError(
          at: location, found: "the unknown type '\(parts[1])' of column '\(parts[0])'",
          expected: "token, float, token_seq or float_seq" + (nearest.map { "; perhaps \($0)" } ?? ""))
      }
      let name = String(parts[0])
      guard names.insert(name).inserted else {
        throw DataError(at: location, found: "the column '\(name)' twice", expected: "each column once")
      }
      columns.append(Column(name: name, type: type))
    }
    return columns
  }

  /// The index of a required column, which must have the given type.
  ///
  /// - Parameter key: The configuration key that names it, for the message.
  func column(_ name: String, _ type: ColumnType, key: String) throws(DataError) -> Int {
    guard let index = columns.firstIndex(where: { $0.name == name }) else {
      let names = columns.map(\.name)
      let nearest = nearestName(to: name, among: names).map { "; perhaps '\($0)' with \(key)=\($0)" }
      let hint = nearest ?? (key == "TIME_FIELD" ? ": \(DataError.whyTimes), \(numbering(name))" : "")
      throw DataError(
        at: "\(path):1", found: "no column '\(name)' among \(names.joined(separator: ", "))",
        expected: "the column that \(key) names\(hint)")
    }
    guard columns[index].type == type else {
      throw DataError(
        at: "\(path):1", found: "\(name):\(columns[index].type.rawValue)", expected: "\(name):\(type.rawValue)")
    }
    return index
  }

  /// Iterates over the rows from the first one; can be called only once, unless the file was read at once.
  func rows() -> Rows {
    Rows(firstBlock, from: reader, path: path, start: bodyStart, columnCount: columns.count, separator: separator)
  }

  /// A separator as messages name it.
  static func shown(_ separator: String) -> String {
    separator == "\t" ? "a tab" : separator == " " ? "a space" : "'\(separator)'"
  }
}
