import Literals

extension ConfigurationReader {
  private static let evaluationKeys = ["split", "order", "group_by", "mode"]

  /// Reads `eval_args`; sub-keys that are not given keep their defaults.
  ///
  /// - Parameter isSplitBeforehand: Whether the files are already split, so that only the mode matters.
  mutating func evaluationArguments(
    _ key: String, into split: inout DatasetConfiguration.Split, isSplitBeforehand: Bool
  ) {
    guard let value = value(key) else { return }
    if value.isNullLike { return }
    guard case .map(let arguments) = value else { return reportType(key) }
    let group = Group(arguments["group_by"])
    for (name, value) in arguments.sorted(by: { $0.key < $1.key }) where !hasEnoughProblems {
      switch name {
      case "split" where isSplitBeforehand: split = Self.leftOut(value) ?? split
      case "order" where isSplitBeforehand, "group_by" where isSplitBeforehand: break
      case "split": readSplit(value, group, into: &split)
      case "order" where value != .text("TO"):
        report(key, found: "order \(value.plain)", expected: "TO: sequences are ordered by time")
      case "mode": checkMode(value, of: arguments)
      case "group_by" where group == .other:
        report(key, found: "group_by \(value.plain)", expected: "user" + Self.alternative(to: arguments["split"]))
      case "order", "group_by": break
      default: reportOther(name)
      }
    }
    let idle = isSplitBeforehand ? Self.evaluationKeys.prefix(3).filter { arguments[$0] != nil } : []
    for name in idle {
      noteWithoutEffect(key, "eval_args \(name)", because: "the files are already split (benchmark_filename)")
    }
  }

  /// Reports an unknown sub-key; as with keys, one in a YAML file that resembles no known one is only noted.
  private mutating func reportOther(_ name: String) {
    let key = "eval_args"
    let nearest = nearestName(to: name, among: Self.evaluationKeys, lettersPerEdit: 4)
    if nearest == nil, entries[key]?.isFromFile == true {
      let reason =
        switch Configuration.meaning(ofKey: name) {
        case .known: "it is a separate key, outside eval_args"
        case .alias(let target): "the key is \(target), outside eval_args"
        default: "eval_args has no such sub-key"
        }
      return noteWithoutEffect(key, "eval_args \(name)", because: reason)
    }
    report(
      key, found: "sub-key '\(name)', which does not exist",
      expected: "split, order, group_by or mode" + (nearest.map { "; perhaps \($0)" } ?? ""))
  }

  private mutating func checkMode(_ value: Literal, of arguments: [String: Literal]) {
    let key = "eval_args"
    let modes: [Literal] = if case .map(let phases) = value { Array(phases.values) } else { [value] }
    guard modes.contains(where: { $0 != .text("full") }) else { return }
    var remedy = "full, since all items are ranked"
    if entries[key]?.location != "--\(key)" {
      // The option replaces the whole of eval_args.
      var full: [String: Literal] = ["mode": .text("full")]
      if let given = arguments["split"], let split = Self.split(given, Group(arguments["group_by"])) {
        let plain = DatasetConfiguration().split.values
        full.merge(split.values.filter { $0.value != plain[$0.key] }) { $1 }
      }
      remedy += "; the option --eval_args=\"\(Literal.map(full).canonical)\" sets it"
    }
    report(key, found: "mode \(value.plain)", expected: remedy)
  }

  // MARK: - Splits

  /// Whose samples a split takes its shares of.
  private enum Group {
    case user, all, other

    init(_ value: Literal?) {
      self = value == nil || value == .text("user") ? .user : value?.isNullLike == true ? .all : .other
    }
  }

  /// What else a split takes than `group_by` user.
  private static func alternative(to split: Literal?) -> String {
    guard case .map(let kinds)? = split, kinds["RS"] != nil else { return "" }
    return ", or none for shares of all samples together"
  }

  /// The split that a value stands for; `nil` for none.
  private static func split(_ value: Literal, _ group: Group) -> DatasetConfiguration.Split? {
    guard case .map(let kinds) = value, kinds.count == 1, let (kind, value) = kinds.first else { return nil }
    switch kind {
    case "LS": return leftOut(.map(kinds))
    case "RS", "TS":
      let ratios = ratios(value)
      guard SplitRatios.obstacle(to: ratios) == nil else { return nil }
      if kind == "TS" { return .time(SplitRatios(ratios)) }
      return group == .all ? .ratio(SplitRatios(ratios)) : .ratioByUser(SplitRatios(ratios))
    default: return nil
    }
  }

  /// The split that a value of LS stands for; `nil` for none.
  private static func leftOut(_ value: Literal) -> DatasetConfiguration.Split? {
    guard case .map(let kinds) = value, kinds.count == 1, case .text(let name)? = kinds["LS"] else { return nil }
    return DatasetConfiguration.Split.leaveOneOut.first { $0.name == name.lowercased() }?.split
  }

  /// The numbers of a list; empty if it is none.
  private static func ratios(_ value: Literal) -> [Double] {
    guard case .list(let values) = value else { return [] }
    let numbers = values.compactMap(\.finiteNumber)
    return numbers.count == values.count ? numbers : []
  }

  private mutating func readSplit(_ value: Literal, _ group: Group, into split: inout DatasetConfiguration.Split) {
    let key = "eval_args"
    if let kind = Self.split(value, group) {
      split = kind
    } else if case .map(let kinds) = value, kinds.count == 1, let (kind, ratios) = kinds.first,
      ["RS", "TS"].contains(kind)
    {
      report(
        key, found: "split \(kind) \(ratios.plain)",
        expected: SplitRatios.obstacle(to: Self.ratios(ratios)) ?? "three numbers")
    } else {
      let names = Self.alternatives(DatasetConfiguration.Split.leaveOneOut.map(\.name))
      report(
        key, found: "split \(value.plain)",
        expected: "split {LS: \(names)}, or {RS: [0.8, 0.1, 0.1]} by ratio, or {TS: [0.8, 0.1, 0.1]} by time")
    }
  }
}
