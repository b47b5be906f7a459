import Literals
internal import Yams

extension ConfigurationLayer {
  /// Reads the text of a YAML file: one map of keys to values.
  ///
  /// YAML 1.1 is read as in RecBole: `yes` and `on` are booleans, `017` is 15, `1:30` is 90, and, unlike in
  /// standard YAML 1.1, `1e-3` is a number.
  ///
  /// - Parameter file: The file's name, with which locations in messages begin.
  public init(yaml text: String, file: String) throws(ConfigurationError) {
    let root: Node?
    let text = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    do {
      root = try RepeatedKeys.compose(text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    } catch {
      throw Self.problem(with: error, in: text, file: file)
    }
    guard let root else {
      self.init(source: file, entries: [])
      return
    }
    guard case .mapping(let mapping) = root else {
      if case .scalar(let scalar) = root, YAMLScalar.value(of: scalar) == .null {
        self.init(source: file, entries: [])
        return
      }
      throw ConfigurationError(
        at: "\(file):\(root.mark?.line ?? 1)", found: "YAML that is not a map", expected: "lines like 'key: value'")
    }
    var reader = NodeReader(file: file)
    var entries: [Entry] = []
    var unknownCount = 0
    for (name, value, location) in try reader.pairs(of: mapping) {
      let entry = Entry(key: name, value: value, location: location, isFromFile: true)
      if entry.meaning == .unknown { unknownCount += 1 }
      guard unknownCount <= 1000 else {
        throw ConfigurationError(at: location, found: "more than 1000 unknown keys", expected: "a configuration file")
      }
      entries.append(entry)
    }
    self.init(source: file, entries: entries, problems: reader.problems)
  }

  private static func problem(with error: any Error, in text: String, file: String) -> ConfigurationError {
    guard let error = error as? YamlError else {
      return ConfigurationError(at: file, found: "text that is not YAML", expected: "lines like 'key: value'")
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      let intervals = unquotedIntervals(in: text, file: file)
      guard intervals.isEmpty else { return ConfigurationError(intervals) }
      return ConfigurationError(
        at: "\(file):\(mark.line)", found: "a mistake in the YAML (\(problem), column \(mark.column))",
        expected: "lines like 'key: value'")
    case .duplicatedKeysInMapping(let names, let context):
      return ConfigurationError(
        names.sorted().map { name in
          .init(
            location: "\(file):\(context.mark.line)", found: "the key '\(name)' again", expected: "each key once")
        })
    case .reader(let problem, let offset, _, _):
      return ConfigurationError(
        at: file, found: "a character that YAML does not allow (\(problem)\(offset.map { ", offset \($0)" } ?? ""))",
        expected: "plain text")
    default:
      return ConfigurationError(at: file, found: "text that is not YAML", expected: "lines like 'key: value'")
    }
  }

  /// Problems for intervals such as `[5,inf)`, which YAML treats as the beginning of a list.
  private static func unquotedIntervals(in text: String, file: String) -> [Problem] {
    let interval =
      #/[:{,]\s+(?<written>[\[(][^\[\](),'"#]+,[^\[\](),'"#]+[\])](?:\s*;\s*[\[(][^\[\](),'"#]+,[^\[\](),'"#]+[\])])*)/#
    var problems: [Problem] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().prefix(10_000)
    where line.contains("[") && line.utf8.count < 1000 && problems.count < 100 {
      guard let written = line.firstMatch(of: interval)?.output.written, written.hasSuffix(")") || written.contains(";")
      else { continue }
      problems.append(
        .init(
          location: "\(file):\(index + 1)", found: "the interval \(written)",
          expected: "\"\(written)\": put intervals in quotes"))
    }
    return problems
  }
}

// MARK: - Scalars

/// Determines the type of a YAML scalar: null, boolean, integer, number or text.
enum YAMLScalar {
  static func value(of scalar: Node.Scalar) -> Literal {
    guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
    return value(plain: scalar.string)
  }

  /// The value of an unquoted scalar.
  static func value(plain text: String) -> Literal {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .boolean(true)
    case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .boolean(false)
    default: return number(text) ?? .text(text)
    }
  }

  private static func number(_ text: String) -> Literal? {
    let isNegative = text.hasPrefix("-")
    let unsigned = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    switch unsigned {
    case ".inf", ".Inf", ".INF": return .number(isNegative ? -.infinity : .infinity)
    case ".nan", ".NaN", ".NAN": return unsigned.count == text.count ? .number(.nan) : nil
    default: break
    }
    guard let first = unsigned.utf8.first, 48...57 ~= first || first == UInt8(ascii: ".") else { return nil }
    let plain = unsigned.filter { $0 != "_" }
    if plain.hasPrefix("0b") { return integer(plain.dropFirst(2), radix: 2, isNegative) }
    if plain.hasPrefix("0x") { return integer(plain.dropFirst(2), radix: 16, isNegative) }
    if plain.contains(":") { return sexagesimal(plain, isNegative) }
    if plain.count > 1, plain.hasPrefix("0"), plain.utf8.allSatisfy({ 48...57 ~= $0 }) {
      return integer(plain.dropFirst(), radix: 8, isNegative)
    }
    if plain.utf8.allSatisfy({ 48...57 ~= $0 }), let count = Int((isNegative ? "-" : "") + plain) {
      return .integer(count)
    }
    return Double(unsignedDecimal: plain).map { .number(isNegative ? -$0 : $0) }
  }

  private static func integer(_ digits: Substring, radix: Int, _ isNegative: Bool) -> Literal? {
    guard let first = digits.first, first != "+", first != "-" else { return nil }
    return Int((isNegative ? "-" : "") + digits, radix: radix).map { .integer($0) }
  }

  /// Base 60, as in `1:30`.
  private static func sexagesimal(_ text: String, _ isNegative: Bool) -> Literal? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 4, let first = parts.first, (1...9).contains(first.count),
      parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }),
      parts.dropFirst().allSatisfy({ $0.count <= 2 && (Int($0) ?? 60) < 60 })
    else { return nil }
    let total = parts.reduce(0) { $0 * 60 + (Int($1) ?? 0) }
    return .integer(isNegative ? -total : total)
  }
}
