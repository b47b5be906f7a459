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
    do {
      // Without an explicit encoding, Yams takes it from the environment.
      root = try Yams.compose(
        yaml: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text, .default, .default, .utf8)
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
    var entries: [Entry] = []
    var names: Set<String> = []
    var valueCount = 0
    for (key, node) in mapping {
      let location = "\(file):\((key.mark ?? node.mark)?.line ?? 1)"
      guard case .scalar(let name) = key else {
        throw ConfigurationError(at: location, found: "a key that is a list or a map", expected: "a word")
      }
      guard names.insert(name.string).inserted else {
        throw ConfigurationError(at: location, found: "the key '\(name.string)' again", expected: "each key once")
      }
      let value = try Self.value(of: node, at: location, depth: 0, counting: &valueCount)
      entries.append(Entry(key: name.string, value: value, location: location, text: nil))
    }
    self.init(source: file, entries: entries)
  }

  /// - Parameter count: The number of values so far. Aliases of aliases can turn a few lines into billions of values.
  private static func value(
    of node: Node, at location: String, depth: Int, counting count: inout Int
  ) throws(ConfigurationError) -> Literal {
    count += 1
    guard depth < 32, count < 100_000 else {
      throw ConfigurationError(
        at: location, found: depth < 32 ? "100,000 values" : "values nested 32 deep", expected: "a short file")
    }
    switch node {
    case .scalar(let scalar): return YAMLScalar.value(of: scalar)
    case .sequence(let nodes):
      var values: [Literal] = []
      for node in nodes { values.append(try value(of: node, at: location, depth: depth + 1, counting: &count)) }
      return .list(values)
    case .mapping(let pairs):
      var values: [String: Literal] = [:]
      for (key, node) in pairs {
        guard case .scalar(let name) = key else {
          throw ConfigurationError(at: location, found: "a key that is a list or a map", expected: "a word")
        }
        values[name.string] = try value(of: node, at: location, depth: depth + 1, counting: &count)
      }
      return .map(values)
    case .alias:
      throw ConfigurationError(at: location, found: "an alias without its anchor", expected: "a value")
    }
  }

  private static func problem(with error: any Error, in text: String, file: String) -> ConfigurationError {
    guard let error = error as? YamlError else {
      return ConfigurationError(at: file, found: "text that is not YAML", expected: "lines like 'key: value'")
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ConfigurationError(
        at: "\(file):\(mark.line)", found: "a mistake in the YAML (\(problem), column \(mark.column))",
        expected: "lines like 'key: value'")
    case .duplicatedKeysInMapping(let names, let context):
      return ConfigurationError(
        names.sorted().map { name in
          let line = secondLine(of: name, in: text, from: context.mark.line)
          return .init(
            location: "\(file):\(line ?? context.mark.line)", found: "the key '\(name)' again",
            expected: "each key once"
          )
        })
    case .reader(let problem, let offset, _, _):
      return ConfigurationError(
        at: file, found: "a character that YAML does not allow (\(problem)\(offset.map { ", offset \($0)" } ?? ""))",
        expected: "plain text")
    default:
      return ConfigurationError(at: file, found: "text that is not YAML", expected: "lines like 'key: value'")
    }
  }

  /// The line, counted from 1, in which `name` is a key for the second time.
  private static func secondLine(of name: String, in text: String, from start: Int) -> Int? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let holding = lines.indices.filter { line in
      guard line + 1 >= start else { return false }
      let content = lines[line].drop { $0 == " " || $0 == "\"" || $0 == "'" }
      guard content.hasPrefix(name) else { return false }
      return content.dropFirst(name.count).drop { " \"'".contains($0) }.hasPrefix(":")
    }
    return holding.count > 1 ? holding[1] + 1 : nil
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
