import Literals

// The values of keys in canonical form.

extension DatasetConfiguration.ColumnSelection {
  var value: Literal {
    switch self {
    case .all: .text("*")
    case .some(let names): .list(names.map { .text($0) })
    }
  }
}

extension DatasetConfiguration.DuplicateRule {
  var value: Literal {
    switch self {
    case .keepAll: .null
    case .keepFirst: .text("first")
    case .keepLast: .text("last")
    }
  }
}

extension DatasetConfiguration.ValueFilter {
  var value: Literal {
    switch self {
    case .intervals(let intervals): .text(intervals.text)
    case .tokens(let tokens): .list(tokens.map { .text($0) })
    }
  }
}

extension DatasetConfiguration.Split {
  /// The names that leave samples out, in the order of documents.
  static let leaveOneOut: [(name: String, split: Self)] = [
    ("valid_and_test", .validAndTest), ("valid_only", .validOnly), ("test_only", .testOnly),
  ]

  /// The sub-keys `split` and `group_by` of `eval_args`.
  ///
  /// Those who leave one out or split by time group by user whatever `group_by` says, as in RecBole.
  var values: [String: Literal] {
    func list(_ ratios: SplitRatios) -> Literal { .list(ratios.ratios.map { .number($0) }) }
    let split: [String: Literal] =
      switch self {
      case .validAndTest, .validOnly, .testOnly:
        Dictionary(Self.leaveOneOut.filter { $0.split == self }.map { ("LS", .text($0.name)) }) { $1 }
      case .ratioByUser(let ratios), .ratio(let ratios): ["RS": list(ratios)]
      case .time(let ratios): ["TS": list(ratios)]
      }
    var group = "user"
    if case .ratio = self { group = "none" }
    return ["split": .map(split), "group_by": .text(group)]
  }
}
