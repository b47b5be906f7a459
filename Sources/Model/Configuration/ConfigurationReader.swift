import Literals

/// Reads typed values from layers and collects problems.
struct ConfigurationReader {
  private(set) var problems: [Problem] = []
  private var keysWithProblems: Set<String> = []
  private var generalNotes: [String] = []
  private var effectlessNotes: [String] = []
  let entries: [String: ConfigurationLayer.Entry]
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
    problems = Array(layers.flatMap(\.problems).prefix(100))
  }

  /// Whether there are more problems than anyone would read.
  var hasEnoughProblems: Bool { problems.count >= 100 }

  /// Whether a layer has the key.
  func has(_ key: String) -> Bool { entries[key] != nil }

  /// Whether `key` has a problem already.
  func hasProblem(_ key: String) -> Bool { keysWithProblems.contains(key) }

  /// Collects a problem with `key`.
  ///
  /// - Parameter namesKey: Whether to put the key before `found` if the location does not name it.
  mutating func report(_ key: String, found: String, expected: String, namesKey: Bool = true) {
    guard !hasEnoughProblems else { return }
    keysWithProblems.insert(key)
    let location = entries[key]?.location ?? key
    let names = !namesKey || location == "--\(key)" || location == key ? "" : "\(key) "
    problems.append(.init(location: location, found: names + found, expected: expected))
  }

  /// All notes; settings without effect come last, with their number.
  var notes: [String] {
    guard effectlessNotes.count > 1 else { return generalNotes + effectlessNotes }
    return generalNotes + ["\(effectlessNotes.count) settings have no effect here:"] + effectlessNotes
  }

  /// Collects a note.
  mutating func note(_ text: String) { generalNotes.append(text.inMessage) }

  /// Collects a note that `what`, a part of the value of `key` or the key itself, has no effect.
  mutating func noteWithoutEffect(_ key: String, _ what: String? = nil, because reason: String) {
    let text = "\(entries[key]?.location ?? key): \(what ?? key) has no effect here: \(reason)"
    effectlessNotes.append(text.inMessage)
  }

  /// Reports keys that nothing reads: a note if they have no effect here, else a problem.
  ///
  /// A key that resembles no known one is a note in a YAML file, where RecBole's users keep settings of other programs too.
  mutating func reportOthers() {
    for key in order where !hasEnoughProblems {
      guard let entry = entries[key] else { continue }
      switch entry.meaning {
      case .known, .fixed: continue
      case .withoutEffect(let reason):
        // A null asks for nothing, so nothing is missing.
        if entry.value != .null { noteWithoutEffect(key, because: reason) }
      case .display:
        if case .boolean = entry.meant { continue }
        if entry.value != .null { reportType(key, expected: "True or False") }
      case .unknown where entry.isFromFile: noteWithoutEffect(key, because: "it is not a configuration key")
      case .alias, .near, .unknown:
        let isOnCommandLine = entry.location == "--\(key)"
        let rewritten = RewrittenKey(key, entry.meant)?.text(onCommandLine: isOnCommandLine)
        problems.append(
          .init(
            location: entry.location, found: "the unknown key '\(key)'", expected: rewritten ?? entry.meaning.remedy))
      }
    }
  }

  /// The strongest layer's value of `key`.
  func value(_ key: String) -> Literal? { entries[key]?.meant }

  /// The allowed values of `key`, from the table of keys.
  private func type(of key: String) -> String {
    KeyTable.rows.first { $0.name == key }?.type ?? "another value"
  }

  /// Collects that `key` has a value of a wrong type or range.
  mutating func reportType(_ key: String, expected: String? = nil) {
    report(
      key, found: entries[key]?.text.map { "'\($0)'" } ?? shown(entries[key]?.value ?? .null),
      expected: expected ?? type(of: key))
  }

  private func shown(_ value: Literal) -> String {
    if case .text(let text) = value { "'\(text)'" } else { value.exactJSON }
  }

  /// The text of `key`, exactly as written; `nil` if it is not text.
  func writtenText(_ key: String) -> String? {
    guard let entry = entries[key] else { return nil }
    if case .text(let text) = entry.value { return text }
    return switch entry.value {
    case .integer, .number: entry.text ?? entry.value.exactJSON
    default: nil
    }
  }

  func isNull(_ key: String) -> Bool { value(key)?.isNullLike ?? false }
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

  mutating func number(_ key: String, _ range: NumberRange, into property: inout Double) {
    guard let value = value(key) else { return }
    guard let number = value.finiteNumber, range.contains(number) else { return reportType(key) }
    property = number + 0  // −0 becomes 0
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

  mutating func text(_ key: String, expected: String? = nil, into property: inout String) {
    guard has(key) else { return }
    guard let text = writtenText(key), !text.isEmpty else { return reportType(key, expected: expected) }
    property = text
  }

  /// Reads a separator; the two characters `\t` stand for a tab.
  mutating func separator(_ key: String, into property: inout String) {
    guard has(key) else { return }
    guard let text = writtenText(key)?.replacing("\\t", with: "\t"), !text.isEmpty else { return reportType(key) }
    guard !text.unicodeScalars.contains(where: { "\n\r\"\\".unicodeScalars.contains($0) }) else {
      return reportType(key, expected: "plain characters without quotes, backslashes or line ends")
    }
    property = text
  }

  /// Reads one of `names`, ignoring case, and passes it to `use` as spelled in `names`.
  ///
  /// - Parameter orNull: Whether null is allowed, too; `use` then receives an empty text.
  /// - Parameter explaining: Explanations for values that need more than "found 'value'".
  mutating func choice(
    _ key: String, _ names: [String], orNull: Bool = false, explaining: [String: String] = [:],
    use: (String) -> Void
  ) {
    guard has(key) else { return }
    if orNull, isNull(key) { return use("") }
    let written = writtenText(key)
    for text in [written, value(key)?.plain] {
      if let name = names.first(where: { $0.lowercased() == text?.lowercased() }) { return use(name) }
    }
    let expected = Self.alternatives(names) + (orNull ? " or null" : "")
    let nearest = written.flatMap { nearestName(to: $0, among: names) }
    report(
      key, found: written.map { explaining[$0.lowercased()] ?? "'\($0)'" } ?? (value(key) ?? .null).exactJSON,
      expected: expected + (nearest.map { names.count > 1 ? "; perhaps \($0)" : "" } ?? ""))
  }

  /// Accepts only the one value that is supported.
  mutating func constant(_ key: String, _ only: Literal, because reason: String) {
    guard let value = value(key), value != only else { return }
    reportType(key, expected: "\(only.plain), since \(reason)")
  }

  /// Accepts the names that Python has for UTF-8 and its part ASCII, or null.
  mutating func encoding(_ key: String) {
    guard let value = value(key), !value.isNullLike else { return }
    let name = value.plain.lowercased().replacing("_", with: "-")
    guard !["utf-8", "utf8", "u8", "utf", "utf-8-sig", "ascii", "us-ascii"].contains(name) else { return }
    let isPlain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "-")
    }
    let given = name == "latin-1" ? "latin1" : isPlain ? name : "ENCODING"
    reportType(key, expected: "only UTF-8: convert with iconv -f \(given) -t utf-8 FILE > NEWFILE")
  }

  /// Reads a text of intervals.
  ///
  /// RecBole uses the text of any value, so a list of two numbers is a closed interval.
  mutating func intervals(_ key: String, into property: inout Intervals?) {
    guard let value = value(key) else { return }
    if value.isNullLike {
      property = nil
    } else if let intervals = (entries[key]?.text ?? writtenText(key)).flatMap({ Intervals(parsing: $0) })
      ?? Intervals(value)
    {
      property = intervals
    } else {
      reportType(key, expected: "intervals such as \"[5,inf)\" or \"[1,5);(7,9]\", or null")
    }
  }

  static func alternatives(_ names: [String]) -> String {
    guard names.count > 1, let last = names.last else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }
}
