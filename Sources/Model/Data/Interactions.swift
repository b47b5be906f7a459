/// The required columns of an `.inter` file: user, item and time.
///
/// Users and items are numbered from 0 by first appearance in the files, before any filters.
struct Interactions {
  var users: [Int32] = []
  var items: [Int32] = []
  var times: [Double] = []

  /// Whether each row meets the conditions on columns; empty if there are none.
  var meetsConditions: [Bool] = []

  var userTable = TokenTable()
  var itemTable = TokenTable()

  /// The users and items in the `.user` and `.item` files, in file order; `nil` if not loaded.
  var listedUsers: [Int32]?
  var listedItems: [Int32]?

  var count: Int { users.count }

  /// The maximum number of rows, which are numbered with 32 bits.
  static let maximumCount = Int(Int32.max) - 1
}

// MARK: - Reading

extension Interactions {
  /// Reads all rows that have a user and an item.
  ///
  /// - Returns: The lines without a user or an item.
  mutating func read(_ file: TypedTable, _ configuration: DatasetConfiguration) throws(DataError) -> [Int] {
    let userColumn = try file.column(configuration.userField, .token, key: "USER_ID_FIELD")
    let itemColumn = try file.column(configuration.itemField, .token, key: "ITEM_ID_FIELD")
    let timeColumn = try file.column(configuration.timeField, .float, key: "TIME_FIELD")
    let conditions = try file.conditions(configuration.valueFilters)
    let layout =
      conditions.isEmpty ? PlainLayout(user: userColumn, item: itemColumn, time: timeColumn, in: file) : nil
    var linesWithout: [Int] = []
    var rows = file.rows()
    if let layout {
      try readPlainRows(&rows, layout)
      reserve(byteCount: rows.position, of: file.size)
    }
    while true {
      if let layout { try readPlainRows(&rows, layout) }
      guard try rows.next() else { break }
      let user = rows.cells[userColumn]
      let item = rows.cells[itemColumn]
      let userSource = rows.source(of: user)
      let itemSource = rows.source(of: item)
      guard !TypedTable.isMissing(userSource, user.start, user.end),
        !TypedTable.isMissing(itemSource, item.start, item.end)
      else {
        linesWithout.append(rows.line)
        continue
      }
      guard count < Self.maximumCount else {
        throw DataError(at: rows.location, found: "more rows than 2,147,483,646", expected: "fewer")
      }
      users.append(try userTable.intern(user, in: userSource, at: rows))
      items.append(try itemTable.intern(item, in: itemSource, at: rows))
      times.append(try rows.time(timeColumn, named: configuration.timeField))
      if !conditions.isEmpty { meetsConditions.append(try rows.meets(conditions)) }
    }
    return linesWithout
  }

  /// Reads the ids of a `.user` or `.item` file, except those of rows excluded by conditions on its columns.
  static func readListed(
    _ file: TypedTable, column name: String, key: String, _ configuration: DatasetConfiguration,
    into table: inout TokenTable
  ) throws(DataError) -> [Int32] {
    let column = try file.column(name, .token, key: key)
    let conditions = try file.conditions(configuration.valueFilters)
    var listed: [Int32] = []
    var rows = file.rows()
    while try rows.next() {
      let cell = rows.cells[column]
      let source = rows.source(of: cell)
      guard !TypedTable.isMissing(source, cell.start, cell.end), try rows.meets(conditions) else { continue }
      listed.append(try table.intern(cell, in: source, at: rows))
    }
    return listed
  }
}

extension TokenTable {
  /// Numbers a cell's text, which must be UTF-8.
  mutating func intern(
    _ cell: TypedTable.Cell, in source: [UInt8], at rows: borrowing TypedTable.Rows
  ) throws(DataError) -> Int32 {
    try intern(source.span, cell.start, cell.end, at: rows.location)
  }

  /// Numbers the bytes from `start` to `end`, which must be UTF-8.
  @inline(__always)
  mutating func intern(
    _ source: Span<UInt8>, _ start: Int, _ end: Int, at location: @autoclosure () -> String
  ) throws(DataError) -> Int32 {
    let before = count
    let number = intern(source, start, end)
    if count > before, text(of: number) == nil {
      throw DataError(at: location(), found: "a token that is not UTF-8", expected: "a file in UTF-8")
    }
    return number
  }
}

extension TypedTable.Rows {
  /// The time in a column, which must be a finite number.
  func time(_ column: Int, named name: String) throws(DataError) -> Double {
    let cell = cells[column]
    let source = source(of: cell)
    if let time = TypedTable.number(source, cell.start, cell.end), time.isFinite { return time }
    throw DataError(
      at: location, found: "\(name) \(shown(cell))", expected: "a finite number, such as 978300760")
  }

  /// A cell's text in quotes, shortened.
  func shown(_ cell: TypedTable.Cell) -> String {
    let text = String(decoding: source(of: cell)[cell.start..<cell.end].prefix(40), as: UTF8.self)
    return "'\(text)\(cell.end - cell.start > 40 ? "…" : "")'"
  }

  /// Whether the row meets all conditions; a missing cell meets none.
  func meets(_ conditions: [TypedTable.Condition]) throws(DataError) -> Bool {
    var meets = true
    for condition in conditions {
      let cell = cells[condition.column]
      let source = source(of: cell)
      if TypedTable.isMissing(source, cell.start, cell.end) {
        meets = false
        continue
      }
      switch condition.test {
      case .tokens(let tokens):
        meets = meets && tokens.contains { $0.elementsEqual(source[cell.start..<cell.end]) }
      case .intervals(let intervals):
        guard let number = TypedTable.number(source, cell.start, cell.end) else {
          throw DataError(at: location, found: "\(shown(cell)) in a float column", expected: "a number")
        }
        meets = meets && intervals.contains(number)
      }
    }
    return meets
  }
}

extension TypedTable {
  /// A condition on a column.
  struct Condition {
    let column: Int
    let test: Test

    enum Test {
      case tokens([[UInt8]])
      case intervals(Intervals)
    }
  }

  /// The conditions from `filters` whose column is in this file.
  func conditions(_ filters: [String: DatasetConfiguration.ValueFilter]) throws(DataError) -> [Condition] {
    var conditions: [Condition] = []
    for (name, filter) in filters.sorted(by: { $0.key < $1.key }) {
      guard let column = columns.firstIndex(where: { $0.name == name }) else { continue }
      switch (columns[column].type, filter) {
      case (.float, .intervals(let intervals)):
        conditions.append(Condition(column: column, test: .intervals(intervals)))
      case (.token, .tokens(let tokens)):
        conditions.append(Condition(column: column, test: .tokens(tokens.map { Array($0.utf8) })))
      case (.float, .tokens(let tokens)):
        if let interval = Intervals(between: tokens) {  // as RecBole reads such a list
          conditions.append(Condition(column: column, test: .intervals(interval)))
          continue
        }
        throw DataError(
          at: "\(path):1", found: "val_interval with a list for \(name):float", expected: "intervals such as [3,inf)")
      case (.token, .intervals(let intervals)):
        throw DataError(
          at: "\(path):1", found: "val_interval '\(intervals.text)' for \(name):token",
          expected: "a list of tokens, or \(name):float in the header")
      case (let type, _):
        throw DataError(
          at: "\(path):1", found: "val_interval for \(name):\(type.rawValue)", expected: "a token or float column")
      }
    }
    return conditions
  }
}
