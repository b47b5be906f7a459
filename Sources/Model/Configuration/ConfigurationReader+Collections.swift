import Literals

extension ConfigurationReader {
  mutating func names(_ key: String, into property: inout [String]) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = []
    } else if let names = value.names ?? entries[key]?.value.names {
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

  mutating func loadedColumns(_ key: String, into property: inout [String: DatasetConfiguration.ColumnSelection]?) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
      return
    }
    guard case .map(let files) = value else { return reportType(key) }
    var selections: [String: DatasetConfiguration.ColumnSelection] = [:]
    for (file, columns) in files.sorted(by: { $0.key < $1.key }) {
      guard Self.fileSuffixes.contains(file) else {
        if let nearest = nearestName(to: file, among: Self.fileSuffixes, lettersPerEdit: 4) {
          report(key, found: "the unknown file '\(file)'", expected: nearest)
        } else {
          noteWithoutEffect(key, "\(key)'s .\(file)", because: "BERT4Rec does not use it")
        }
        continue
      }
      if columns == .text("*") {
        selections[file] = .all
      } else if let names = columns.names {
        selections[file] = .some(names)
      } else {
        report(key, found: "\(file): \(columns.plain)", expected: "a list of columns or '*'")
      }
    }
    property = selections
  }

  private static let fileSuffixes = ["inter", "user", "item"]

  mutating func valueFilters(_ key: String, into property: inout [String: DatasetConfiguration.ValueFilter]) {
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
  mutating func gradientNorm(_ key: String, into property: inout Double?) {
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

  mutating func weightAverage(_ key: String, into property: inout Double?) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
      return
    }
    guard let decay = value.finiteNumber, 0.9...0.9999 ~= decay else { return reportType(key) }
    property = decay
  }

  mutating func epochFraction(_ key: String, into property: inout Int) {
    guard let value = value(key) else { return }
    guard let count = value.finiteNumber.flatMap(TrainingConfiguration.epochsPerPass(fraction:)) else {
      return reportType(key)
    }
    property = count
  }

  mutating func metrics(_ key: String, into property: inout [RankingMetric]) {
    guard let value = value(key) else { return }
    guard let names = value.names, (1...100).contains(names.count) else { return reportType(key) }
    let known = Self.alternatives(RankingMetric.allCases.map(\.title))
    property = []
    var unmeasured: [String] = []
    for name in names {
      if let metric = RankingMetric(rawValue: name.lowercased()) {
        property.append(metric)
      } else if Self.otherMetrics.contains(name.lowercased()) {
        unmeasured.append(name)
      } else {
        let nearest = nearestName(to: name, among: RankingMetric.allCases.map(\.rawValue))
        report(
          key, found: "the unknown metric '\(name)'", expected: known + (nearest.map { "; perhaps \($0)" } ?? ""))
      }
    }
    if unmeasured.count == names.count {
      report(
        key, found: "only metrics that are not measured here: '\(unmeasured.joined(separator: "', '"))'",
        expected: known)
    } else {
      for name in unmeasured { noteWithoutEffect(key, "the metric \(name)", because: "it is not measured") }
    }
    reportRepetition(key, in: names.map { $0.lowercased() })
  }

  /// The metrics of RecBole 1.2.1 that are not measured, in lower case: those of scores, which are no rankings.
  private static let otherMetrics: Set<String> = ["auc", "mae", "rmse", "logloss"]

  /// Reads the tail of `TailPercentage`; null stands for the default, as in RecBole.
  mutating func tailRatio(_ key: String, into evaluation: inout EvaluationConfiguration) {
    guard let value = value(key), !value.isNullLike else { return }
    guard evaluation.metrics.contains(.tailPercentage) else {
      if value.finiteNumber != evaluation.tailRatio {
        noteWithoutEffect(key, because: "TailPercentage is not among the metrics")
      }
      return
    }
    number(key, .above(0), into: &evaluation.tailRatio)
  }

  mutating func cutoffs(_ key: String, into property: inout [Int]) {
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
