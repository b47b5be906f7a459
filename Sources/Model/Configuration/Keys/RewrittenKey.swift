import Literals

/// An old key and its value, rewritten as the current key and value.
struct RewrittenKey {
  let key: String
  let value: Literal

  /// `nil` for a key of which only the name has changed.
  init?(_ key: String, _ value: Literal) {
    guard let name = KeyTable.aliases[key] else { return nil }
    self.key = name
    switch key {
    case "min_user_inter_num", "min_item_inter_num": self.value = .text("[\(Self.count(value)),inf)")
    case "max_user_inter_num", "max_item_inter_num": self.value = .text("[0,\(Self.count(value))]")
    case "lowest_val": self.value = Self.conditions(value) { "[\($0),inf)" }
    case "highest_val": self.value = Self.conditions(value) { "(-inf,\($0)]" }
    case "equal_val": self.value = Self.conditions(value) { "[\($0),\($0)]" }
    case "not_equal_val": self.value = Self.conditions(value) { "(-inf,\($0));(\($0),inf)" }
    case "split", "order", "group_by", "mode": self.value = .map([key: value])
    case "eval_setting", "split_ratio", "leave_one_num", "real_time_process":
      self.value = .map([
        "split": .map(["LS": .text("valid_and_test")]), "order": .text("TO"), "mode": .text("full"),
      ])
    default: return nil
    }
  }

  /// The setting as written on the command line or in a YAML file.
  func text(onCommandLine: Bool) -> String {
    let written = if case .text(let text) = value { "\"\(text)\"" } else { value.python }
    guard onCommandLine else { return "\(key): \(written)" }
    if case .text = value { return "--\(key)=\(written)" }
    return "--\(key)=\"\(written)\""
  }

  private static func count(_ value: Literal) -> String { value.wholeNumber?.description ?? "N" }

  private static func conditions(_ value: Literal, interval: (String) -> String) -> Literal {
    guard case .map(let columns) = value, !columns.isEmpty else { return .map(["COLUMN": .text(interval("N"))]) }
    return .map(columns.mapValues { .text(interval($0.double == nil ? "N" : $0.canonical)) })
  }
}
