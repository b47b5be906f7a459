extension TypedTable {
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

    init(
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
          block = try TypedTable.nextBlock(of: reader, path)
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
            "\(columnCount), as in the header, separated by \(TypedTable.shown(String(decoding: separator, as: UTF8.self)))"
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
