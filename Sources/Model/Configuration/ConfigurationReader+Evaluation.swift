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
    for (name, value) in arguments.sorted(by: { $0.key < $1.key }) where !hasEnoughProblems {
      switch name {
      case "split" where isSplitBeforehand: split = Self.split(value) ?? split
      case "order" where isSplitBeforehand, "group_by" where isSplitBeforehand: break
      case "split": readSplit(value, into: &split)
      case "order" where value != .text("TO"):
        report(key, found: "order \(value.plain)", expected: "TO: sequences are ordered by time")
      case "mode": checkMode(value, of: arguments)
      case "group_by" where value != .text("user") && !value.isNullLike:
        report(key, found: "group_by \(value.plain)", expected: "user")
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
      if let given = arguments["split"], let split = Self.split(given), split != .validAndTest {
        full["split"] = .map(["LS": .text(split.rawValue)])
      }
      remedy += "; the option --eval_args=\"\(Literal.map(full).canonical)\" sets it"
    }
    report(key, found: "mode \(value.plain)", expected: remedy)
  }

  private static func split(_ value: Literal) -> DatasetConfiguration.Split? {
    guard case .map(let kinds) = value, kinds.count == 1, case .text(let name)? = kinds["LS"] else { return nil }
    return DatasetConfiguration.Split(rawValue: name.lowercased())
  }

  private mutating func readSplit(_ value: Literal, into split: inout DatasetConfiguration.Split) {
    let key = "eval_args"
    let names = Self.alternatives(DatasetConfiguration.Split.allCases.map(\.rawValue))
    if let kind = Self.split(value) {
      split = kind
    } else if case .map(let kinds) = value, let other = kinds.keys.sorted().first(where: { ["RS", "TS"].contains($0) })
    {
      report(key, found: "split \(other), which is not supported yet", expected: "split {LS: \(names)}")
    } else {
      report(key, found: "split \(value.plain)", expected: "split {LS: \(names)}")
    }
  }
}
