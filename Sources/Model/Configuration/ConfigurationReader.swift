/// Takes typed values out of layers and collects what is wrong with them.
struct ConfigurationReader {
  private(set) var problems: [ConfigurationError.Problem] = []
  private(set) var notes: [String] = []
  private let entries: [String: ConfigurationLayer.Entry]
  private let order: [String]

  /// - Parameter layers: Weakest first.
  init(layers: [ConfigurationLayer]) {
    var entries: [String: ConfigurationLayer.Entry] = [:]
    var order: [String] = []
    for entry in layers.flatMap(\.entries) where entries.updateValue(entry, forKey: entry.key) == nil {
      order.append(entry.key)
    }
    self.entries = entries
    self.order = order
  }

  /// Whether a layer has the key.
  func has(_ key: String) -> Bool { entries[key] != nil }

  /// Collects a problem with `key`.
  ///
  /// - Parameter namesKey: Whether to put the key before `found` where the location does not name it.
  mutating func report(_ key: String, found: String, expected: String, namesKey: Bool = true) {
    let location = entries[key]?.location ?? key
    let names = !namesKey || location == "--\(key)" || location == key ? "" : "\(key) "
    problems.append(.init(location: location, found: names + found, expected: expected))
  }

  /// Collects something worth knowing.
  mutating func note(_ text: String) { notes.append(text) }

  /// Reports keys that nothing reads: a note if they have no effect here, else a problem.
  mutating func reportOthers() {
    let known = Self.readKeys
    for key in order where !known.contains(key) {
      guard let entry = entries[key] else { continue }
      if let reason = Configuration.ignoredKeys[key] {
        notes.append("\(entry.location): \(key) has no effect here: \(reason)")
      } else {
        let nearest =
          Configuration.mistakenKeys[key.lowercased()]
          ?? Spelling.nearest(to: key, among: Configuration.keys.map(\.name) + Configuration.ignoredKeys.keys.sorted())
        problems.append(
          .init(
            location: entry.location, found: "the unknown key '\(key)'",
            expected: nearest.map { "a known key, such as \($0)" } ?? "a known key"))
      }
    }
  }

  /// The keys with an effect, and those that are only checked.
  private static let readKeys = Set(Configuration.keys.map(\.name) + ["transform", "enable_amp", "repeatable"])

  fileprivate func value(_ key: String) -> ConfigurationValue? { entries[key]?.value }

  /// What the table says that `key` takes.
  private func type(of key: String) -> String {
    Configuration.keys.first { $0.name == key }?.type ?? "another value"
  }

  /// Collects that `key` has a value of a wrong type or range.
  fileprivate mutating func reportType(_ key: String, expected: String? = nil) {
    report(
      key, found: entries[key]?.text.map { "'\($0)'" } ?? shown(value(key) ?? .null),
      expected: expected ?? type(of: key))
  }

  private func shown(_ value: ConfigurationValue) -> String {
    if case .text(let text) = value { "'\(text)'" } else { value.canonicalText }
  }

  /// The text of `key`, exactly as written; `nil` if it is no text.
  fileprivate func writtenText(_ key: String) -> String? {
    guard let entry = entries[key] else { return nil }
    if case .text(let text) = entry.value { return text }
    return switch entry.value {
    case .integer, .number: entry.text ?? entry.value.canonicalText
    default: nil
    }
  }

  fileprivate func isNull(_ key: String) -> Bool { value(key)?.isNullLike ?? false }
}

extension ConfigurationValue {
  /// Null, or a word for it: the reference's users write `None` in YAML and `~` on command lines.
  fileprivate var isNullLike: Bool {
    switch self {
    case .null: true
    case .text(let text): ["", "~", "null", "none"].contains(text.lowercased())
    default: false
    }
  }

  /// The integer it is, also when written as 2.0.
  fileprivate var wholeNumber: Int? {
    switch self {
    case .integer(let count): count
    case .number(let number): Int(exactly: number)
    default: nil
    }
  }

  /// The finite number it is.
  fileprivate var finiteNumber: Double? {
    switch self {
    case .integer(let count): Double(count)
    case .number(let number): number.isFinite ? number : nil
    default: nil
    }
  }

  /// The names in a list of texts, or the one text.
  fileprivate var names: [String]? {
    switch self {
    case .text(let text): return [text]
    case .list(let values):
      var names: [String] = []
      for value in values {
        guard case .text(let name) = value else { return nil }
        names.append(name)
      }
      return names
    default: return nil
    }
  }
}

// MARK: - Single values

extension ConfigurationReader {
  mutating func integer(_ key: String, in range: ClosedRange<Int>, into property: inout Int) {
    guard let value = value(key) else { return }
    guard let count = value.wholeNumber, range.contains(count) else {
      let isLarge = (value.wholeNumber ?? 0) > range.upperBound
      return reportType(key, expected: isLarge ? "an integer of at most \(range.upperBound)" : nil)
    }
    property = count
  }

  /// Reads a number from `lower`, itself left out if `isOpen`, to `upper`.
  mutating func number(
    _ key: String, from lower: Double, isOpen: Bool = false, to upper: Double = .greatestFiniteMagnitude,
    into property: inout Double
  ) {
    guard let value = value(key) else { return }
    guard let number = value.finiteNumber, number >= lower, number <= upper, !isOpen || number > lower else {
      return reportType(key)
    }
    property = number + 0  // −0 becomes 0
  }

  /// Reads a dropout rate. A rate of 1 would leave nothing to train on.
  mutating func rate(_ key: String, into property: inout Double) {
    number(key, from: 0, to: 1.0.nextDown, into: &property)
  }

  mutating func boolean(_ key: String, orNull: Bool = false, into property: inout Bool) {
    guard let value = value(key) else { return }
    if orNull, value.isNullLike {
      property = false
    } else if case .boolean(let flag) = value {
      property = flag
    } else {
      reportType(key)
    }
  }

  mutating func text(_ key: String, into property: inout String) {
    guard has(key) else { return }
    guard let text = writtenText(key), !text.isEmpty else {
      if key == "data_path", isNull(key) { return }
      return reportType(key)
    }
    property = text
  }

  /// Reads a separator, with `\t` written out meaning a tab.
  mutating func separator(_ key: String, into property: inout String) {
    guard has(key) else { return }
    guard let text = writtenText(key)?.replacing("\\t", with: "\t"), !text.isEmpty else { return reportType(key) }
    guard !text.contains(where: \.isNewline), !text.contains("\""), !text.contains("\\") else {
      return reportType(key, expected: "plain characters without quotes, line ends or patterns")
    }
    property = text
  }

  /// Reads one of `names`, in any case, and hands it to `use` as `names` spells it.
  ///
  /// - Parameter orNull: Whether null is allowed too; `use` then gets an empty text.
  /// - Parameter explaining: Values that deserve more than "found 'value'".
  mutating func choice(
    _ key: String, _ names: [String], orNull: Bool = false, explaining: [String: String] = [:],
    use: (String) -> Void
  ) {
    guard has(key) else { return }
    if orNull, isNull(key) { return use("") }
    let written = writtenText(key)
    if let written, let name = names.first(where: { $0.lowercased() == written.lowercased() }) { return use(name) }
    let expected = Self.alternatives(names) + (orNull ? " or null" : "")
    let nearest = written.flatMap { Spelling.nearest(to: $0, among: names) }
    report(
      key, found: written.map { explaining[$0.lowercased()] ?? "'\($0)'" } ?? (value(key) ?? .null).canonicalText,
      expected: expected + (nearest.map { names.count > 1 ? "; perhaps \($0)" : "" } ?? ""))
  }

  /// Accepts a key only with the one value that is supported.
  mutating func constant(_ key: String, _ supported: ConfigurationValue, why: String) {
    guard let value = value(key), value != supported else { return }
    reportType(key, expected: "\(supported), since \(why)")
  }

  mutating func intervals(_ key: String, into property: inout Intervals?) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
    } else if let text = entries[key]?.text ?? value.names?.first, let intervals = Intervals(parsing: text) {
      property = intervals
    } else {
      reportType(key, expected: "intervals such as [5,inf) or [1,5);(7,9], or null")
    }
  }

  static func alternatives(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}

// MARK: - Lists and maps

extension ConfigurationReader {
  mutating func names(_ key: String, into property: inout [String]) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = []
    } else if let names = value.names {
      property = names
      reportRepetition(key, in: names)
    } else {
      reportType(key)
    }
  }

  mutating func lengths(_ key: String, into property: inout [String: Int]) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = [:]
      return
    }
    guard case .map(let values) = value else { return reportType(key) }
    property = [:]
    for (column, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let length = value.wholeNumber, length >= 1 else {
        report(key, found: "\(column): \(value)", expected: "an integer ≥ 1")
        continue
      }
      property[column] = length
    }
  }

  mutating func loadedColumns(into property: inout [String: DatasetConfiguration.ColumnSelection]?) {
    let key = "load_col"
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
      return
    }
    guard case .map(let files) = value else { return reportType(key) }
    var selections: [String: DatasetConfiguration.ColumnSelection] = [:]
    for (file, columns) in files.sorted(by: { $0.key < $1.key }) {
      if columns == .text("*") {
        selections[file] = .all
      } else if let names = columns.names {
        selections[file] = .some(names)
      } else {
        report(key, found: "\(file): \(columns)", expected: "a list of columns or '*'")
      }
      if !["inter", "user", "item"].contains(file) {
        note("\(entries[key]?.location ?? key): load_col's .\(file) has no effect here: BERT4Rec does not use it")
        selections[file] = nil
      }
    }
    property = selections
  }

  mutating func valueFilters(into property: inout [String: DatasetConfiguration.ValueFilter]) {
    let key = "val_interval"
    guard let value = value(key) else { return }
    property = [:]
    if value.isNullLike { return }
    guard case .map(let conditions) = value else { return reportType(key) }
    for (column, condition) in conditions.sorted(by: { $0.key < $1.key }) {
      switch condition {
      case .text(let text):
        if let intervals = Intervals(parsing: text) {
          property[column] = .intervals(intervals)
          continue
        }
      case .list(let tokens):
        property[column] = .tokens(Set(tokens.map(\.description)).sorted())
        continue
      default: break
      }
      report(
        key, found: "\(column): \(condition)",
        expected: "intervals such as [3,inf) for a number column, or a list of tokens")
    }
  }

  /// Reads null, the largest norm, or the reference's map of arguments.
  mutating func gradientNorm(into property: inout Double?) {
    let key = "clip_grad_norm"
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
      return
    }
    var norm = value.finiteNumber
    if case .map(let arguments) = value {
      norm = arguments["max_norm"]?.finiteNumber
      let kind = arguments["norm_type"]?.finiteNumber
      if arguments.keys.contains(where: { !["max_norm", "norm_type"].contains($0) }) || (kind ?? 2) != 2 {
        return reportType(key, expected: "{max_norm: number, norm_type: 2}")
      }
    }
    guard let norm, norm > 0 else { return reportType(key) }
    property = norm
  }

  mutating func metrics(into property: inout [RankingMetric]) {
    let key = "metrics"
    guard let value = value(key) else { return }
    guard let names = value.names, !names.isEmpty else { return reportType(key) }
    property = []
    for name in names {
      if let metric = RankingMetric(rawValue: name.lowercased()) {
        property.append(metric)
      } else {
        let nearest = Spelling.nearest(to: name, among: RankingMetric.allCases.map(\.rawValue))
        report(
          key, found: "'\(name)', which is not measured here",
          expected: "Hit, Recall, Precision, MRR, MAP or NDCG" + (nearest.map { "; perhaps \($0)" } ?? ""))
      }
    }
    reportRepetition(key, in: names.map { $0.lowercased() })
  }

  mutating func cutoffs(into property: inout [Int]) {
    let key = "topk"
    guard let value = value(key) else { return }
    let counts: [Int?] = if case .list(let values) = value { values.map(\.wholeNumber) } else { [value.wholeNumber] }
    let valid = counts.compactMap { $0 }.filter { (1...1_000_000).contains($0) }
    guard valid.count == counts.count, !valid.isEmpty else { return reportType(key) }
    property = valid
    reportRepetition(key, in: valid.map(String.init))
  }

  private mutating func reportRepetition(_ key: String, in names: [String]) {
    let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    guard !repeated.isEmpty else { return }
    report(key, found: "\(repeated.joined(separator: ", ")) more than once", expected: "each once")
  }
}

// MARK: - What is held out

extension ConfigurationReader {
  /// Reads `eval_args`; sub-keys that are not given keep their defaults.
  mutating func evaluationArguments(into split: inout DatasetConfiguration.Split) {
    let key = "eval_args"
    guard let value = value(key) else { return }
    if value.isNullLike { return }
    guard case .map(let arguments) = value else { return reportType(key) }
    for (name, value) in arguments.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "split": readSplit(value, into: &split)
      case "order" where value != .text("TO"):
        report(key, found: "order \(value)", expected: "TO: sequences are ordered by time")
      case "mode":
        let modes: [ConfigurationValue] = if case .map(let phases) = value { Array(phases.values) } else { [value] }
        if modes.contains(where: { $0 != .text("full") }) {
          report(
            key, found: "mode \(value)", expected: "full: rankings of all items; samples of them are not supported")
        }
      case "group_by" where value != .text("user") && !value.isNullLike:
        report(key, found: "group_by \(value)", expected: "user")
      case "order", "group_by": break
      default:
        let nearest = Spelling.nearest(to: name, among: ["split", "order", "group_by", "mode"])
        report(
          key, found: "the unknown sub-key '\(name)'",
          expected: "split, order, group_by or mode" + (nearest.map { "; perhaps \($0)" } ?? ""))
      }
    }
  }

  private mutating func readSplit(_ value: ConfigurationValue, into split: inout DatasetConfiguration.Split) {
    let key = "eval_args"
    let names = Self.alternatives(DatasetConfiguration.Split.allCases.map(\.rawValue))
    if case .map(let kinds) = value, kinds.count == 1, case .text(let name)? = kinds["LS"],
      let kind = DatasetConfiguration.Split(rawValue: name.lowercased())
    {
      split = kind
    } else if case .map(let kinds) = value, let other = kinds.keys.sorted().first(where: { ["RS", "TS"].contains($0) })
    {
      report(key, found: "split \(other), which is not supported yet", expected: "split {LS: \(names)}")
    } else {
      report(key, found: "split \(value)", expected: "split {LS: \(names)}")
    }
  }
}
