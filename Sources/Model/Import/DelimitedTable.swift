import Foundation
import Literals

/// A table with a header and columns separated by commas, semicolons or tabs.
///
/// A field in double quotes may contain separators, line ends, and quotes, which are doubled. A quote inside a field without quotes is
/// part of it.
///
/// Source: RFC 4180, *Common Format and MIME Type for Comma-Separated Values (CSV) Files*, 2005, section 2.
final class DelimitedTable {
  /// A range of the current lines, or of the unquoted bytes of the current row.
  private struct Field {
    var start = 0
    var end = 0
    var isUnquoted = false
  }

  let path: String

  /// The names in the header.
  private(set) var columns: [String] = []

  private(set) var separator = UInt8(ascii: ",")

  /// The first line of the current row, from 1.
  private(set) var line = 0

  private let reader: LineReader
  private var block: [UInt8] = []
  private var position = 0

  /// Where the current row begins.
  private var rowStart = 0
  private var fields: [Field] = []

  /// The contents of the fields of the current row that have quotes.
  private var unquoted: [UInt8] = []

  /// The number of lines of the current row.
  private var lineCount = 1

  /// Opens a file and reads its header.
  ///
  /// - Parameter names: The columns that are needed; the separator is the one at which the header has them.
  init(path: String, columns names: [(option: String, name: String)]) throws(DataError) {
    self.path = path
    do {
      reader = try LineReader(path: path, blockSize: LineReader.defaultBlockSize, hash: ContentHash())
    } catch {
      throw DataError(
        at: path, found: FileManager.default.fileExists(atPath: path) ? "a file that cannot be read" : "no such file",
        expected: "a table with a header and columns separated by commas, semicolons or tabs")
    }
    block = try nextLines()
    try readHeader(names)
  }

  /// The index of a column of the header.
  func index(of name: String) -> Int { columns.firstIndex(of: name) ?? 0 }

  /// Calls `body` with the bytes of a field of the current row.
  func withField<Result>(_ column: Int, _ body: (_ bytes: ArraySlice<UInt8>) -> Result) -> Result {
    let field = fields[column]
    return field.isUnquoted ? body(unquoted[field.start..<field.end]) : body(block[field.start..<field.end])
  }

  /// Whether a field of the current row is empty, has only spaces, or is a word that counts as missing when a dataset is read.
  func isMissing(_ column: Int) -> Bool {
    let field = fields[column]
    let source = field.isUnquoted ? unquoted : block
    return TypedTable.isMissing(source, field.start, field.end)
      || source[field.start..<field.end].allSatisfy { $0 == UInt8(ascii: " ") }
  }

  /// Where the current row is, for messages.
  var location: String { "\(path):\(line)" }

  /// Moves to the next row that is not empty; returns false after the last one.
  func next() throws(DataError) -> Bool {
    repeat {
      line += lineCount
      if position == block.count {
        block = try nextLines()
        position = 0
        guard !block.isEmpty else { return false }
      }
    } while try !readRow()
    guard fields.count == columns.count else {
      throw DataError(
        at: location, found: "\(fields.count) \(fields.count == 1 ? "field" : "fields")",
        expected: "\(columns.count), as in the header, separated by \(Self.name(of: separator)); a field that contains "
          + "the separator needs double quotes")
    }
    return true
  }

  // MARK: - Header

  private func readHeader(_ names: [(option: String, name: String)]) throws(DataError) {
    if block.starts(with: [0xFF, 0xFE]) || block.starts(with: [0xFE, 0xFF]) {
      throw DataError(
        at: path, found: "a file in UTF-16", expected: "UTF-8, such as 'iconv -f UTF-16 -t UTF-8 FILE' writes")
    }
    if block.starts(with: [0xEF, 0xBB, 0xBF]) { block.removeFirst(3) }
    guard !block.isEmpty else {
      throw DataError(at: path, found: "an empty file", expected: "a header with the names of the columns, and rows")
    }
    var best: (separator: UInt8, columns: [String])?
    for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
      position = 0
      (line, self.separator) = (1, separator)
      // A quote may be wrong for one separator and right for another.
      guard (try? readRow()) == true else { continue }
      let found = fields.indices.compactMap { withField($0) { String(validating: $0, as: UTF8.self) } }
      guard found.count == fields.count else {
        throw DataError(
          at: "\(path):1", found: "a header that is not UTF-8",
          expected: "UTF-8, such as 'iconv -f LATIN1 -t UTF-8 FILE' writes")
      }
      if names.allSatisfy({ found.contains($0.name) }) {
        columns = found
        break
      }
      if found.count > best?.columns.count ?? 0 { best = (separator, found) }
    }
    guard !columns.isEmpty else { throw missing(names, in: best?.columns) }
    for (option, name) in names where columns.count(where: { $0 == name }) > 1 {
      throw DataError(
        at: "\(path):1", found: "the column '\(name)' twice, which \(option) names", expected: "a name of its own")
    }
  }

  /// - Parameter columns: The columns of the header; `nil` if it has none.
  private func missing(_ names: [(option: String, name: String)], in columns: [String]?) -> DataError {
    let absent = names.first { columns?.contains($0.name) == false }
    guard let columns, let (option, name) = absent else {
      let isEmpty = block[0] == UInt8(ascii: "\n") || block[0] == UInt8(ascii: "\r")
      return DataError(
        at: "\(path):1", found: isEmpty ? "an empty line" : "double quotes in the wrong places",
        expected: "a header with the names of the columns")
    }
    let nearest = nearestName(to: name, among: columns).map { "; perhaps \(option)='\($0)'" } ?? ""
    return DataError(
      at: "\(path):1", found: "no column '\(name)', which \(option) names",
      expected: "one of \(columns.map { "'\($0)'" }.joined(separator: ", "))\(nearest)")
  }

  /// A separator as messages name it.
  static func name(of separator: UInt8) -> String {
    switch separator {
    case UInt8(ascii: "\t"): "tabs"
    case UInt8(ascii: ";"): "semicolons"
    default: "commas"
    }
  }

  // MARK: - Rows

  /// Reads the row at `position`; returns false if it is an empty line.
  private func readRow() throws(DataError) -> Bool {
    fields.removeAll(keepingCapacity: true)
    unquoted.removeAll(keepingCapacity: true)
    lineCount = 1
    rowStart = position
    while true {
      if position < block.count, block[position] == UInt8(ascii: "\"") { try readQuoted() } else { readPlain() }
      guard position < block.count, block[position] == separator else { break }
      position += 1
    }
    if let last = fields.last, !last.isUnquoted, last.end > last.start, block[last.end - 1] == UInt8(ascii: "\r") {
      fields[fields.count - 1].end -= 1
    }
    let isEmpty = fields.count == 1 && !fields[0].isUnquoted && fields[0].start == fields[0].end
    position = min(position + 1, block.count)
    return !isEmpty
  }

  /// Reads the field without quotes at `position`, up to the separator or line end after it.
  private func readPlain() {
    let (bytes, separator) = (block, separator)
    var end = position
    while end < bytes.count, bytes[end] != separator, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    fields.append(Field(start: position, end: end))
    position = end
  }

  /// Reads the field that begins with the quote at `position`, up to the separator or line end after it.
  private func readQuoted() throws(DataError) {
    let quote = UInt8(ascii: "\"")
    let start = unquoted.count
    position += 1
    while true {
      takeUnquoted(upTo: quote)
      if position == block.count {
        try appendLines()
        continue
      }
      position += 1
      guard position < block.count, block[position] == quote else { break }
      unquoted.append(quote)
      position += 1
    }
    fields.append(Field(start: start, end: unquoted.count, isUnquoted: true))
    if position < block.count, block[position] == UInt8(ascii: "\r"),
      position + 1 == block.count || block[position + 1] == UInt8(ascii: "\n")
    {
      position += 1
    }
    guard position == block.count || block[position] == separator || block[position] == UInt8(ascii: "\n") else {
      throw DataError(
        at: "\(path):\(line + lineCount - 1)", found: "text after the closing quote of field \(fields.count)",
        expected: "a separator or the line's end; a quote inside a field in quotes is doubled")
    }
  }

  /// Moves to the next quote, or to the end of the lines, and keeps what is before it.
  private func takeUnquoted(upTo quote: UInt8) {
    let bytes = block
    var (end, lines) = (position, 0)
    while end < bytes.count, bytes[end] != quote {
      if bytes[end] == UInt8(ascii: "\n") { lines += 1 }
      end += 1
    }
    unquoted += bytes[position..<end]
    (position, lineCount) = (end, lineCount + lines)
  }

  /// Adds the next lines to those of a row whose quoted field goes on, and drops those of earlier rows.
  private func appendLines() throws(DataError) {
    let more = try nextLines()
    guard !more.isEmpty, unquoted.count <= LineReader.longestLine else {
      throw DataError(
        at: location, found: "a field whose opening double quote is not closed", expected: "a closing quote")
    }
    block.removeFirst(rowStart)
    block += more
    position -= rowStart
    for index in fields.indices where !fields[index].isUnquoted {
      fields[index].start -= rowStart
      fields[index].end -= rowStart
    }
    rowStart = 0
  }

  private func nextLines() throws(DataError) -> [UInt8] { try TypedTable.nextBlock(of: reader, path) }
}
