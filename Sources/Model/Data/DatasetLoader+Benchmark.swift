extension DatasetLoader {
  /// Reads the three files of a predefined split: each row has a user, a history and a target.
  ///
  /// Rows are neither filtered nor sorted. Histories and targets share their ids, which are assigned in the order of
  /// the targets of all files, then the `.item` file, then the histories. Of a history longer than
  /// `MAX_ITEM_LIST_LENGTH`, samples have the last items, whereas RecBole fails; items that occur only before those have no id.
  mutating func loadBenchmark(_ names: [String]) throws(DataError) -> SequenceDataset {
    guard names.count == 3 else {
      throw DataError(
        at: "benchmark_filename", found: "\(names.count) names",
        expected: "three names: of the train, valid and test files")
    }
    try checkAliases()
    var interactions = Interactions()
    var files: [TypedTable] = []
    for name in names { files.append(try file("\(name).inter")) }
    var rowCounts: [Int] = []
    for file in files {
      try readTargets(file, into: &interactions)
      rowCounts.append(interactions.count - rowCounts.reduce(0, +))
    }
    report.rowCount = interactions.count
    report.keptRowCount = interactions.count
    _ = try readListed(&interactions)
    var histories = Histories()
    for file in files { try readHistories(file, &interactions.itemTable, into: &histories) }
    return try benchmarkDataset(interactions, histories, rowCounts: rowCounts)
  }

  /// Item numbers of all histories, one after the other.
  private struct Histories {
    var starts = [0]
    var items: [Int32] = []

    /// What is cut off before each history.
    var cutStarts = [0]
    var cutItems: [Int32] = []

    mutating func append(_ numbers: [Int32], maximumLength: Int) {
      items += numbers.suffix(maximumLength)
      starts.append(items.count)
      cutItems += numbers.dropLast(maximumLength)
      cutStarts.append(cutItems.count)
    }
  }

  private var historyField: String { configuration.itemField + configuration.listSuffix }

  private func checkAliases() throws(DataError) {
    for alias in configuration.itemAliases where alias != historyField {
      throw DataError(
        at: "alias_of_item_id", found: "the column '\(alias)'",
        expected: "only \(historyField), which uses item ids anyway")
    }
    for column in configuration.sequenceLimits.keys.sorted() where column != historyField {
      throw DataError(at: "seq_len", found: "the column '\(column)'", expected: "only \(historyField)")
    }
  }

  private func readTargets(_ file: TypedTable, into interactions: inout Interactions) throws(DataError) {
    let columns = [
      (index: try file.column(configuration.userField, .token, key: "USER_ID_FIELD"), name: configuration.userField),
      (index: try file.column(configuration.itemField, .token, key: "ITEM_ID_FIELD"), name: configuration.itemField),
    ]
    var rows = file.rows()
    while try rows.next() {
      for column in columns {
        let cell = rows.cells[column.index]
        let source = rows.source(of: cell)
        guard !TypedTable.isMissing(source, cell.start, cell.end) else {
          throw DataError(at: rows.location, found: "no \(column.name)", expected: "a token other than NA and null")
        }
        if column.index == columns[0].index {
          interactions.users.append(try interactions.userTable.intern(cell, in: source, at: rows))
        } else {
          interactions.items.append(try interactions.itemTable.intern(cell, in: source, at: rows))
        }
      }
      guard interactions.count < Int(Int32.max) else {
        throw DataError(at: rows.location, found: "more rows than 2,147,483,646", expected: "fewer")
      }
    }
  }

  private mutating func readHistories(
    _ file: TypedTable, _ table: inout TokenTable, into histories: inout Histories
  ) throws(DataError) {
    let column = try file.column(historyField, .tokenSequence, key: "LIST_SUFFIX")
    let separator = Array(configuration.sequenceSeparator.utf8)
    let limit = configuration.sequenceLimits[historyField] ?? .max
    var rows = file.rows()
    var shortenedCount = 0
    while try rows.next() {
      let cell = rows.cells[column]
      let source = rows.source(of: cell)
      var pieces = TypedTable.pieces(of: cell, in: source, separator: separator)
      guard !pieces.isEmpty else {
        throw DataError(at: rows.location, found: "an empty \(historyField)", expected: "one item or more")
      }
      if pieces.count > limit { pieces.removeLast(pieces.count - limit) }
      var numbers: [Int32] = []
      for piece in pieces { numbers.append(try table.intern(piece, in: source, at: rows)) }
      if numbers.count > configuration.maximumLength { shortenedCount += 1 }
      histories.append(numbers, maximumLength: configuration.maximumLength)
    }
    if shortenedCount > 0 {
      warn("\(file.path): \(shortenedCount) histories were cut to their last \(configuration.maximumLength) items")
    }
  }

  private mutating func benchmarkDataset(
    _ interactions: Interactions, _ histories: Histories, rowCounts: [Int]
  ) throws(DataError) -> SequenceDataset {
    guard histories.items.count + histories.cutItems.count + interactions.count < Int(Int32.max) else {
      throw DataError(at: configuration.name, found: "more items than 2,147,483,646", expected: "fewer")
    }
    for (index, name) in ["train", "valid", "test"].enumerated() where rowCounts[index] == 0 {
      if index == 1 {
        warn("\(report.files[1]): no validation rows, so the best epoch cannot be determined")
      } else {
        throw DataError(at: report.files[index], found: "a header without rows", expected: "rows to \(name) on")
      }
    }
    let users = Self.assignIds(interactions.users, interactions.userTable, then: interactions.listedUsers)
    let targetsAndListed = interactions.items + (interactions.listedItems ?? [])
    let known = Self.assignIds(targetsAndListed, interactions.itemTable, then: histories.items)
    var items: [Int32] = []
    items.reserveCapacity(histories.items.count + histories.cutItems.count + interactions.count)
    var samples: [Sample] = []
    for row in 0..<interactions.count {
      let history = histories.items[histories.starts[row]..<histories.starts[row + 1]]
      let cut = histories.cutItems[histories.cutStarts[row]..<histories.cutStarts[row + 1]]
      items += cut.map { known.ids[Int($0)] }.filter { $0 > 0 }
      let user = users.ids[Int(interactions.users[row])]
      samples.append(Sample(user: user, start: Int32(items.count), length: Int32(history.count)))
      items += history.map { known.ids[Int($0)] }
      items.append(known.ids[Int(interactions.items[row])])
    }
    let (train, valid) = (rowCounts[0], rowCounts[0] + rowCounts[1])
    return SequenceDataset(
      name: configuration.name, contentHash: contentHash, userTokens: users.tokens, itemTokens: known.tokens,
      items: items, isSplitBeforehand: true, maximumLength: configuration.maximumLength,
      train: Array(samples[..<train]),
      valid: Array(samples[train..<valid]), test: Array(samples[valid...]))
  }
}

extension TypedTable {
  /// The elements of a sequence cell, without empty ones.
  static func pieces(of cell: Cell, in source: [UInt8], separator: [UInt8]) -> [Cell] {
    if isMissing(source, cell.start, cell.end) { return [] }
    var pieces: [Cell] = []
    var start = cell.start
    var index = cell.start
    while index < cell.end {
      if source[index...].prefix(separator.count).elementsEqual(separator), index + separator.count <= cell.end {
        if index > start { pieces.append(Cell(start: start, end: index, isUnquoted: cell.isUnquoted)) }
        index += separator.count
        start = index
      } else {
        index += 1
      }
    }
    if cell.end > start { pieces.append(Cell(start: start, end: cell.end, isUnquoted: cell.isUnquoted)) }
    return pieces
  }
}
