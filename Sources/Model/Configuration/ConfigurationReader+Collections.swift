import Literals

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
        report(key, found: "\(column): \(value.plain)", expected: "an integer ≥ 1")
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
        report(key, found: "\(file): \(columns.plain)", expected: "a list of columns or '*'")
      }
      if !["inter", "user", "item"].contains(file) {
        if notes.count < 100 {
          note("\(entries[key]?.location ?? key): load_col's .\(file) has no effect here: BERT4Rec does not use it")
        }
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
        property[column] = .tokens(Set(tokens.map(\.plain)).sorted())
        continue
      default: break
      }
      report(
        key, found: "\(column): \(condition.plain)",
        expected: "intervals such as [3,inf) for a number column, or a list of tokens")
    }
  }

  /// Reads null, the maximum norm, or RecBole's map of arguments.
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
    guard let names = value.names, (1...100).contains(names.count) else { return reportType(key) }
    property = []
    for name in names {
      if let metric = RankingMetric(rawValue: name.lowercased()) {
        property.append(metric)
      } else {
        let nearest = nearestName(to: name, among: RankingMetric.allCases.map(\.rawValue))
        report(
          key, found: "the unknown metric '\(name)'",
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
    guard valid.count == counts.count, (1...100).contains(valid.count) else { return reportType(key) }
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
  /// Reads `eval_args`; missing sub-keys keep their defaults.
  mutating func evaluationArguments(into split: inout DatasetConfiguration.Split) {
    let key = "eval_args"
    guard let value = value(key) else { return }
    if value.isNullLike { return }
    guard case .map(let arguments) = value else { return reportType(key) }
    for (name, value) in arguments.sorted(by: { $0.key < $1.key }) {
      switch name {
      case "split": readSplit(value, into: &split)
      case "order" where value != .text("TO"):
        report(key, found: "order \(value.plain)", expected: "TO, since sequences are ordered by time")
      case "mode":
        let modes: [Literal] = if case .map(let phases) = value { Array(phases.values) } else { [value] }
        if modes.contains(where: { $0 != .text("full") }) {
          report(
            key, found: "mode \(value.plain)",
            expected: "full; ranking sampled items is not supported")
        }
      case "group_by" where value != .text("user") && !value.isNullLike:
        report(key, found: "group_by \(value.plain)", expected: "user")
      case "order", "group_by": break
      default:
        if hasEnoughProblems { return }
        let nearest = nearestName(to: name, among: ["split", "order", "group_by", "mode"])
        report(
          key, found: "the unknown sub-key '\(name)'",
          expected: "split, order, group_by or mode" + (nearest.map { "; perhaps \($0)" } ?? ""))
      }
    }
  }

  private mutating func readSplit(_ value: Literal, into split: inout DatasetConfiguration.Split) {
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
      report(key, found: "split \(value.plain)", expected: "split {LS: \(names)}")
    }
  }
}
