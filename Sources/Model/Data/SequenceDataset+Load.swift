import Foundation
import Literals

extension SequenceDataset {
  /// Reads a dataset and creates its samples.
  ///
  /// The steps are in RecBole's order: rows without ids, duplicates, values, `.user` and `.item` files,
  /// counts; then ids by first appearance, then time.
  ///
  /// - Returns: The dataset, and a report about reading it.
  public static func load(
    _ configuration: DatasetConfiguration
  ) throws(DataError) -> (dataset: SequenceDataset, report: LoadReport) {
    try load(configuration, blockSize: LineReader.defaultBlockSize)
  }

  /// Reads a dataset, `blockSize` bytes of a file at once.
  package static func load(
    _ configuration: DatasetConfiguration, blockSize: Int
  ) throws(DataError) -> (dataset: SequenceDataset, report: LoadReport) {
    var loader = DatasetLoader(configuration, folder: try configuration.existingFolder(), blockSize: blockSize)
    let dataset =
      if let names = configuration.benchmarkFiles {
        try loader.loadBenchmark(names)
      } else {
        try loader.loadInteractions()
      }
    return (dataset, loader.report)
  }
}

/// Reads the files of one dataset.
struct DatasetLoader {
  private(set) var configuration: DatasetConfiguration
  var report = LoadReport()
  private let folder: String
  private let blockSize: Int
  private let hash = ContentHash()

  init(_ configuration: DatasetConfiguration, folder: String, blockSize: Int) {
    self.configuration = configuration
    self.folder = folder
    // The files of a predefined split are read twice.
    self.blockSize = configuration.benchmarkFiles == nil ? blockSize : .max
    guard configuration.benchmarkFiles != nil else { return }
    let plain = DatasetConfiguration()
    if configuration.duplicates != plain.duplicates || configuration.valueFilters != plain.valueFilters
      || configuration.filtersByCount
    {
      warn("filters have no effect on a predefined split (benchmark_filename)")
    }
    self.configuration.valueFilters = [:]
  }

  /// The SHA-256 of all bytes read so far, in hexadecimal.
  var contentHash: String { hash.hexadecimal }

  mutating func warn(_ text: String) { report.warnings.append(text) }

  /// Opens one of the dataset's files. All its rows are read before the next file is opened, since the hash depends on the order.
  ///
  /// - Parameter suffix: The part after `name.`, such as `inter`.
  mutating func file(_ suffix: String) throws(DataError) -> TypedTable {
    let path = "\(folder)/\(configuration.name).\(suffix)"
    let file = try TypedTable(path: path, separator: configuration.fieldSeparator, blockSize: blockSize, hash: hash)
    report.files.append(path)
    return file
  }

  /// Reads the `.user` or `.item` file if the configuration requests it.
  mutating func featureFile(_ suffix: String) throws(DataError) -> TypedTable? {
    let path = "\(folder)/\(configuration.name).\(suffix)"
    let exists = FileManager.default.fileExists(atPath: path)
    guard let loaded = configuration.loadedColumns else { return exists ? try file(suffix) : nil }
    guard loaded[suffix] != nil else { return nil }
    guard exists else {
      warn("\(path): load_col names this file, which does not exist, so no rows are filtered by it")
      return nil
    }
    let file = try file(suffix)
    noteMissingColumns(in: file, suffix)
    return file
  }

  /// Warns about columns that `load_col` names but the file does not have.
  private mutating func noteMissingColumns(in file: TypedTable, _ suffix: String) {
    guard case .some(let asked)? = configuration.loadedColumns?[suffix] else { return }
    let needed = [configuration.userField, configuration.itemField, "user_id", "item_id"]
    for name in asked where !needed.contains(name) && !file.columns.contains(where: { $0.name == name }) {
      warn("\(file.path): load_col names the column '\(name)', which does not exist")
    }
  }

  /// Reads `.user` and `.item` into `interactions`.
  mutating func readListed(_ interactions: inout Interactions) throws(DataError) -> [TypedTable] {
    var files: [TypedTable] = []
    if let file = try featureFile("user") {
      interactions.listedUsers = try Interactions.readListed(
        file, column: configuration.userField, key: "USER_ID_FIELD", configuration, into: &interactions.userTable)
      files.append(file)
    }
    if let file = try featureFile("item") {
      interactions.listedItems = try Interactions.readListed(
        file, column: configuration.itemField, key: "ITEM_ID_FIELD", configuration, into: &interactions.itemTable)
      files.append(file)
    }
    return files
  }

  /// Reports columns that the configuration names but no file has.
  mutating func checkNames(in files: [TypedTable]) throws(DataError) {
    let names = files.flatMap(\.columns).map(\.name)
    for name in configuration.valueFilters.keys.sorted() where !names.contains(name) {
      let nearest = nearestName(to: name, among: names).map { "; perhaps '\($0)'" } ?? ""
      throw DataError(
        at: files[0].path, found: "no column '\(name)', which val_interval names",
        expected: "one of \(names.joined(separator: ", "))\(nearest)")
    }
    noteMissingColumns(in: files[0], "inter")
  }

  /// Runs a filter and records what it removed.
  mutating func filter(
    _ name: String, _ interactions: inout Interactions, by change: (inout Interactions) -> Void
  ) throws(DataError) {
    let before = interactions.count
    change(&interactions)
    note(name, removed: before - interactions.count, remaining: interactions.count)
    try requireRows(interactions)
  }

  mutating func note(_ name: String, removed: Int, remaining: Int) {
    report.filters.append(.init(name: name, removed: removed, remaining: remaining))
  }

  /// Throws if no row is left; the error says how many rows each filter removed.
  func requireRows(_ interactions: Interactions) throws(DataError) {
    guard interactions.count == 0 else { return }
    let path = report.files.first ?? configuration.name
    guard report.rowCount > 0 else {
      throw DataError(at: path, found: "a header without rows", expected: "a row for each interaction")
    }
    let steps = report.filters.filter { $0.removed > 0 }.map { "\($0.name) removed \($0.removed)" }
    throw DataError(
      at: path, found: "none of \(report.rowCount) rows left after filtering (\(steps.joined(separator: ", ")))",
      expected: "filters that leave rows")
  }
}

// MARK: - From rows to sequences

extension DatasetLoader {
  /// Reads the `.inter` file, filters it and creates the samples.
  mutating func loadInteractions() throws(DataError) -> SequenceDataset {
    guard configuration.itemAliases.isEmpty else {
      throw DataError(
        at: configuration.name, found: "alias_of_item_id without benchmark_filename",
        expected: "no alias, since histories are built from the column \(configuration.itemField)")
    }
    var interactions = Interactions()
    try readFiles(&interactions)
    try applyFilters(&interactions)
    report.keptRowCount = interactions.count
    let users = Self.assignIds(interactions.users, interactions.userTable, then: interactions.listedUsers)
    let items = Self.assignIds(interactions.items, interactions.itemTable, then: interactions.listedItems)
    for row in 0..<interactions.count {
      interactions.users[row] = users.ids[Int(interactions.users[row])]
      interactions.items[row] = items.ids[Int(interactions.items[row])]
    }
    let times = interactions.times
    guard let earliest = times.min(), let latest = times.max() else { preconditionFailure("no row is left") }
    report.timeRange = earliest...latest
    let comparedTime = ComparedTime(configuration, range: earliest...latest)
    let sequences = Sequences(
      interactions, userCount: users.tokens.count, comparing: comparedTime,
      keepsTimes: configuration.split.needsTimes)
    report.sequenceLengths = sequences.lengths
    report.tiedRowCount = sequences.tiedRowCount
    report.repeatedRowCount = sequences.repeatedRowCount
    warnOfRepeats()
    var splitter = Splitter(configuration.split, maximumLength: configuration.maximumLength)
    splitter.split(sequences, comparing: comparedTime)
    try splitter.requireSamples(at: report.files[0])
    if let reason = splitter.missingValidation { warn("\(reason), so the best epoch cannot be determined") }
    return SequenceDataset(
      name: configuration.name, contentHash: contentHash, userTokens: users.tokens, itemTokens: items.tokens,
      items: sequences.items, maximumLength: configuration.maximumLength, train: splitter.train,
      valid: splitter.valid, test: splitter.test)
  }

  private mutating func readFiles(_ interactions: inout Interactions) throws(DataError) {
    let file = try file("inter")
    let linesWithout = try interactions.read(file, configuration)
    report.rowCount = interactions.count + linesWithout.count
    if !linesWithout.isEmpty {
      let lines = linesWithout.prefix(10).map(String.init).joined(separator: ", ")
      warn(
        "\(file.path): ignored \(linesWithout.count) rows without a user or an item, in lines \(lines)"
          + (linesWithout.count > 10 ? ", …" : "") + " (words such as NA and null count as missing)")
      note("rows without user or item", removed: linesWithout.count, remaining: interactions.count)
    }
    try requireRows(interactions)
    let features = try readListed(&interactions)
    try checkNames(in: [file] + features)
  }

  private mutating func applyFilters(_ interactions: inout Interactions) throws(DataError) {
    if configuration.duplicates != .keepAll {
      let keepsLast = configuration.duplicates == .keepLast
      try filter("rm_dup_inter", &interactions) { $0.removeDuplicates(keepingLast: keepsLast) }
    }
    if !interactions.meetsConditions.isEmpty { try filter("val_interval", &interactions) { $0.applyConditions() } }
    if configuration.filtersByFeatureFiles, interactions.listedUsers != nil || interactions.listedItems != nil {
      try filter("filter_inter_by_user_or_item", &interactions) { $0.removeUnlisted() }
    }
    guard configuration.filtersByCount else { return }
    let (users, items) = (configuration.userCountInterval, configuration.itemCountInterval)
    try filter("user_inter_num_interval and item_inter_num_interval", &interactions) {
      $0.removeByCount(users: users, items: items)
    }
  }

  /// Assigns ids from 1 to `numbers` by first appearance, and then to `others`.
  ///
  /// - Returns: The tokens by id, starting with `[PAD]`, and the ids by number; 0 for numbers that do not appear.
  static func assignIds(
    _ numbers: [Int32], _ table: TokenTable, then others: [Int32]?
  ) -> (tokens: [String], ids: [Int32]) {
    var ids = [Int32](repeating: 0, count: table.count)
    var tokens = ["[PAD]"]
    for group in [numbers, others ?? []] {
      for number in group where ids[Int(number)] == 0 {
        ids[Int(number)] = Int32(tokens.count)
        tokens.append(table.text(of: number) ?? "")
      }
    }
    return (tokens, ids)
  }

  /// Warns about rows that repeat others exactly, if there are more than a few.
  private mutating func warnOfRepeats() {
    guard report.repeatedRowCount * 1000 >= report.keptRowCount, report.repeatedRowCount > 0 else { return }
    let isOne = report.repeatedRowCount == 1
    warn(
      "\(report.files[0]): \(report.repeatedRowCount) of \(report.keptRowCount) rows "
        + "\(isOne ? "repeats" : "repeat") another row exactly (same user, item and time); "
        + "--rm_dup_inter=first keeps only the first row of each user and item")
  }
}

extension DatasetConfiguration {
  /// Whether the count intervals exclude anything.
  fileprivate var filtersByCount: Bool {
    let everything = Intervals(parsing: "[0,inf)")
    return userCountInterval ?? everything != everything || itemCountInterval ?? everything != everything
  }
}
