import Literals
internal import Yams

/// Turns the nodes of a YAML file into values.
struct NodeReader {
  let file: String

  /// Problems, such as keys with several values.
  private(set) var problems: [Problem] = []

  /// The number of values so far; a few lines with aliases of aliases can expand to billions.
  private var valueCount = 0

  init(file: String) { self.file = file }

  /// The pairs of the file's top-level map, each with its location.
  mutating func pairs(
    of mapping: Node.Mapping
  ) throws(ConfigurationError) -> [(name: String, value: Literal, location: String)] {
    try pairs(of: mapping, at: nil, depth: 0)
  }

  /// The pairs of a map. A key may occur twice with the same value, as on the command line and in RecBole.
  ///
  /// - Parameter outer: The location of the key whose value is the map.
  private mutating func pairs(
    of mapping: Node.Mapping, at outer: String?, depth: Int
  ) throws(ConfigurationError) -> [(name: String, value: Literal, location: String)] {
    var pairs: [(name: String, value: Literal, location: String)] = []
    var places: [String: (index: Int, line: Int)] = [:]
    for (key, node) in mapping {
      let line = (key.mark ?? node.mark)?.line ?? 1
      let location = "\(file):\(line)"
      guard case .scalar(let scalar) = key else {
        throw ConfigurationError(at: outer ?? location, found: "a key that is a list or a map", expected: "a word")
      }
      let name = RepeatedKeys.name(scalar.string)
      let value = try value(of: node, at: outer ?? location, depth: depth)
      if name == "<<", scalar.style == .plain {
        report(location, found: "the merge key '<<'", expected: "the keys themselves")
      } else if let earlier = places[name] {
        let first = pairs[earlier.index].value
        guard value != first else { continue }
        report(
          location,
          found: "the key '\(name)' again, with \(value.plain) here and \(first.plain) on line \(earlier.line)",
          expected: "only one of the two lines")
      } else {
        places[name] = (pairs.count, line)
        pairs.append((name, value, location))
      }
    }
    return pairs
  }

  private mutating func report(_ location: String, found: String, expected: String) {
    guard problems.count < 100 else { return }
    problems.append(.init(location: location, found: found, expected: expected))
  }

  private mutating func value(of node: Node, at location: String, depth: Int) throws(ConfigurationError) -> Literal {
    valueCount += 1
    guard depth < 32, valueCount < 100_000 else {
      throw ConfigurationError(
        at: location, found: depth < 32 ? "100,000 values" : "values nested 32 deep", expected: "a short file")
    }
    switch node {
    case .scalar(let scalar): return YAMLScalar.value(of: scalar)
    case .sequence(let nodes):
      var values: [Literal] = []
      for node in nodes { values.append(try value(of: node, at: location, depth: depth + 1)) }
      return .list(values)
    case .mapping(let mapping):
      let pairs = try pairs(of: mapping, at: location, depth: depth + 1)
      return .map(Dictionary(pairs.map { ($0.name, $0.value) }) { first, _ in first })
    case .alias:
      throw ConfigurationError(at: location, found: "an alias without its anchor", expected: "a value")
    }
  }
}

/// Reads YAML in which a map may contain a key several times, which Yams refuses.
///
/// A repeated key at the start of its line gets a mark after its name, and the text is read again.
enum RepeatedKeys {
  /// A character without a meaning, followed by the count of the key.
  private static let mark: Character = "\u{F8FF}"

  /// The root of a text, with `mark` in the names of repeated keys.
  static func compose(_ text: String) throws -> Node? {
    var text = text
    for _ in 0..<20 {
      do {
        return try root(of: text)
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let marked = setApart(Set(names), around: context.mark, in: text)
        guard marked != text else { break }
        text = marked
      }
    }
    return try root(of: text)
  }

  /// A key's name without the mark.
  static func name(_ key: String) -> String {
    guard let place = key.lastIndex(of: mark), key[place...].dropFirst().allSatisfy(\.isASCII) else { return key }
    return String(key[..<place])
  }

  private static func root(of text: String) throws -> Node? {
    // Without an explicit encoding, Yams takes it from the environment.
    try Yams.compose(yaml: text, .default, .default, .utf8)
  }

  /// The text with repeated keys marked: `names` in the map that has one of them at a given position.
  private static func setApart(_ names: Set<String>, around place: Mark, in text: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let indentation = place.column - 1
    guard lines.indices.contains(place.line - 1) else { return text }
    // The map has no line with less indentation.
    let isInside = { (line: String) in
      let content = line.drop { $0 == " " }
      return content.isEmpty || content.first == "#" || content.first == "\r"
        || line.count - content.count >= indentation
    }
    let start = lines[..<(place.line - 1)].lastIndex { !isInside($0) }.map { $0 + 1 } ?? 0
    let end = lines[place.line...].firstIndex { !isInside($0) } ?? lines.count
    var counts: [String: Int] = [:]
    for index in start..<end {
      guard let (name, rest) = key(of: lines[index], indentation: indentation), names.contains(name) else { continue }
      let count = counts[name, default: 0] + 1
      counts[name] = count
      guard count > 1 else { continue }
      let before = lines[index].dropLast(rest.count)
      lines[index] = "\(before)\(mark)\(count)\(rest)"
    }
    return lines.joined(separator: "\n")
  }

  /// The key at the start of a line with the given indentation, and the text after its name, from a closing quote on.
  private static func key(of line: String, indentation: Int) -> (name: String, rest: Substring)? {
    let content = line.drop { $0 == " " }
    guard line.count - content.count == indentation, let first = content.first else { return nil }
    let isQuoted = first == "\"" || first == "'"
    let inner = isQuoted ? content.dropFirst() : content
    let name = inner.prefix { isQuoted ? $0 != first : $0 != ":" && $0 != " " }
    let rest = inner.dropFirst(name.count)
    let colon = (isQuoted ? rest.dropFirst() : rest).drop { $0 == " " }
    return colon.first == ":" ? (String(name), rest) : nil
  }
}
