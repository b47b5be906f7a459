import Foundation
import Literals

/// A text table whose header names and types its columns, such as `NAME.inter`.
///
/// Source: RecBole's atomic files. As in RecBole, cells in double quotes may contain separators, and cells that
/// pandas treats as missing are missing.
struct AtomicFile {
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

  fileprivate static func nextBlock(of reader: LineReader, _ path: String) throws(DataError) -> [UInt8] {
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

  static func shown(_ separator: String) -> String {
    separator == "\t" ? "a tab" : separator == " " ? "a space" : "'\(separator)'"
  }
}

// MARK: - Rows

extension AtomicFile {
  /// A range of a block's bytes, or of the unquoted bytes of the current row.
  struct Cell {
    var start = 0
    var end = 0
    var isUnquoted = false
  }

  /// An iteration over the rows.
  struct Rows {
    /// Whole lines, including the current row.
    private(set) var block: [UInt8]

    /// The position in the block at which the next line starts.
    private(set) var position: Int

    private let reader: LineReader
    private let path: String
    private let columnCount: Int
    private let separator: [UInt8]

    /// The line of the current row, counted from 1.
    private(set) var line = 1

    /// The cells of the current row.
    private(set) var cells: [Cell]

    /// The contents of those cells of the current row that are not simply a range of the file.
    private var unquoted: [UInt8] = []

    fileprivate init(
      _ firstBlock: [UInt8], from reader: LineReader, path: String, start: Int, columnCount: Int, separator: [UInt8]
    ) {
      block = firstBlock
      self.reader = reader
      self.path = path
      self.columnCount = columnCount
      self.separator = separator
      position = start
      cells = [Cell](repeating: Cell(), count: columnCount)
    }

    /// The row's location, for messages.
    var location: String { location(linesAhead: 0) }

    /// The location of a later row.
    func location(linesAhead: Int) -> String { "\(path):\(line + linesAhead)" }

    /// Continues after lines that were read from the block directly.
    mutating func advance(to position: Int, lineCount: Int) {
      self.position = position
      line += lineCount
    }

    /// The bytes of which a cell is a range.
    func source(of cell: Cell) -> [UInt8] { cell.isUnquoted ? unquoted : block }

    /// Moves to the next row that is not empty; returns false after the last one.
    mutating func next() throws(DataError) -> Bool {
      repeat {
        if position == block.count {
          block = try AtomicFile.nextBlock(of: reader, path)
          position = 0
          guard !block.isEmpty else { return false }
        }
        line += 1
      } while try !readLine()
      return true
    }

    /// Reads a line; returns false if it is empty.
    private mutating func readLine() throws(DataError) -> Bool {
      if !unquoted.isEmpty { unquoted.removeAll(keepingCapacity: true) }
      let first = separator[0]
      var count = 0
      var start = position
      var index = position
      while true {
        if index == start, index < block.count, block[index] == UInt8(ascii: "\"") {
          index = try readQuoted(from: index, column: count)
        } else {
          while index < block.count, block[index] != UInt8(ascii: "\n"),
            block[index] != first || !isSeparator(at: index)
          { index += 1 }
          if count < columnCount { cells[count] = Cell(start: start, end: index) }
        }
        count += 1
        guard index < block.count, block[index] != UInt8(ascii: "\n") else { break }
        index += separator.count
        start = index
      }
      let lineStart = position
      position = min(index + 1, block.count)
      let end = index > lineStart && block[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
      if end == lineStart { return false }
      guard count == columnCount else {
        throw DataError(
          at: location, found: "\(count) \(count == 1 ? "column" : "columns")",
          expected:
            "\(columnCount), as in the header, separated by \(AtomicFile.shown(String(decoding: separator, as: UTF8.self)))"
        )
      }
      if end < index, !cells[count - 1].isUnquoted { cells[count - 1].end = max(end, cells[count - 1].start) }
      return true
    }

    private func isSeparator(at index: Int) -> Bool {
      if separator.count == 1 { return true }
      guard index + separator.count <= block.count else { return false }
      for offset in 1..<separator.count where block[index + offset] != separator[offset] { return false }
      return true
    }

    /// Reads a cell that begins with a quote; `""` inside stands for one quote.
    ///
    /// - Returns: The position of the separator or line end after the cell.
    private mutating func readQuoted(from start: Int, column: Int) throws(DataError) -> Int {
      let quote = UInt8(ascii: "\"")
      var index = start + 1
      let contentStart = unquoted.count
      while true {
        guard index < block.count, block[index] != UInt8(ascii: "\n") else {
          throw DataError(
            at: location, found: "a cell whose opening double quote is not closed on its line",
            expected: "a closing quote, or no cell that begins with one")
        }
        if block[index] == quote {
          index += 1
          guard index < block.count, block[index] == quote else { break }
        }
        unquoted.append(block[index])
        index += 1
      }
      while index < block.count, block[index] != UInt8(ascii: "\n"),
        block[index] != separator[0] || !isSeparator(at: index)
      {
        if block[index] != UInt8(ascii: "\r") { unquoted.append(block[index]) }
        index += 1
      }
      if column < columnCount { cells[column] = Cell(start: contentStart, end: unquoted.count, isUnquoted: true) }
      return index
    }
  }
}

// MARK: - Cells

extension AtomicFile {
  /// The texts that pandas reads as missing.
  private static let missingTexts = Set(
    [
      "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
      "NULL", "NaN", "None", "n/a", "nan", "null",
    ].map { Array($0.utf8) })

  /// Whether a cell is one of the texts that pandas reads as missing.
  static func isMissing(_ source: [UInt8], _ start: Int, _ end: Int) -> Bool {
    if start == end { return true }
    guard end - start <= 8 else { return false }
    switch source[start] {
    case UInt8(ascii: "#"), UInt8(ascii: "-"), UInt8(ascii: "1"), UInt8(ascii: "<"), UInt8(ascii: "N"),
      UInt8(ascii: "n"):
      // Most tokens that begin like this are plain numbers, which the second byte shows.
      if end - start > 1, 48...57 ~= source[start + 1] && source[start] != UInt8(ascii: "-") { return false }
      return end - start > 1 && missingTexts.contains(Array(source[start..<end]))
    default: return false
    }
  }

  /// The number in a cell, correctly rounded, or `nil` if it is not a number; surrounding spaces are ignored.
  static func number(_ source: [UInt8], _ start: Int, _ end: Int) -> Double? { number(source.span, start, end) }

  static func number(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var index = start
    var mantissa: UInt64 = 0
    var digits = 0
    var fraction = 0
    let isNegative = index < end && source[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let first = index
    while index < end, 48...57 ~= source[index], digits < 18 {
      mantissa = mantissa * 10 + UInt64(source[index] - 48)
      digits += 1
      index += 1
    }
    if index > first, index < end, source[index] == UInt8(ascii: ".") {
      index += 1
      while index < end, 48...57 ~= source[index], digits < 18 {
        mantissa = mantissa * 10 + UInt64(source[index] - 48)
        digits += 1
        fraction += 1
        index += 1
      }
    }
    // Both operands of the division are exact, so its result is the nearest number.
    if index == end, digits > 0, fraction == 0 || (mantissa <= 1 << 53 && fraction < powersOfTen.count) {
      let magnitude = fraction == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[fraction]
      return isNegative ? -magnitude : magnitude
    }
    let text = String(decoding: (start..<end).map { source[$0] }, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    return text.lowercased().contains("x") ? nil : Double(text)
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
