import Literals

extension ConfigurationKey {
  /// The property that a key reads and writes.
  typealias Property<Value> = any WritableKeyPath<Configuration, Value> & Sendable

  /// A key with its own way to read and to write a value.
  ///
  /// - Parameter read: Gets the key's name, and changes the value unless it reports a problem.
  static func custom<Value>(
    _ name: String, _ property: Property<Value>, _ type: String, _ summary: String, aliases: String = "",
    values: [String] = [],
    read: @escaping @Sendable (_ reader: inout ConfigurationReader, _ key: String, _ value: inout Value) -> Void,
    write: @escaping @Sendable (Value) -> Literal, shown: (@Sendable (Value) -> Literal)? = nil
  ) -> Self {
    Self(
      name, type, summary, aliases: aliases, values: values,
      read: { configuration, reader in read(&reader, name, &configuration[keyPath: property]) },
      write: { write($0[keyPath: property]) }, shown: { (shown ?? write)($0[keyPath: property]) })
  }

  /// An integer. A bound of a billion or more only keeps sums and products from overflowing, and is not documented.
  static func integer(
    _ name: String, _ property: Property<Int>, in range: ClosedRange<Int>, _ summary: String, aliases: String = ""
  ) -> Self {
    let type =
      if range.upperBound < 1_000_000_000 {
        "integer \(range.lowerBound) to \(range.upperBound)"
      } else if range.lowerBound > -1_000_000_000 {
        "integer ≥ \(range.lowerBound)"
      } else {
        "integer"
      }
    return custom(
      name, property, type, summary, aliases: aliases,
      read: { $0.integer($1, in: range, into: &$2) }, write: { .integer($0) })
  }

  /// A number in a range.
  static func number(
    _ name: String, _ property: Property<Double>, _ range: NumberRange, _ summary: String, aliases: String = ""
  ) -> Self {
    custom(
      name, property, range.description, summary, aliases: aliases,
      read: { $0.number($1, range, into: &$2) }, write: { .number($0) })
  }

  static func boolean(_ name: String, _ property: Property<Bool>, _ summary: String) -> Self {
    custom(
      name, property, "boolean", summary, values: ["True", "False"], read: { $0.boolean($1, into: &$2) },
      write: { .boolean($0) })
  }

  /// Any text but the empty one.
  ///
  /// - Parameter expected: What to write instead of a value that is none.
  static func text(
    _ name: String, _ property: Property<String>, _ summary: String, expected: String? = nil, aliases: String = ""
  ) -> Self {
    custom(
      name, property, "text", summary, aliases: aliases,
      read: { $0.text($1, expected: expected, into: &$2) }, write: { .text($0) })
  }

  /// A separator of columns or elements.
  static func separator(_ name: String, _ property: Property<String>, _ summary: String) -> Self {
    custom(name, property, "text", summary, read: { $0.separator($1, into: &$2) }, write: { .text($0) })
  }

  /// One of the cases of an enumeration.
  ///
  /// - Parameter explaining: Explanations for values that need more than "found 'value'".
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ property: Property<Value>, _ summary: String, explaining: [String: String] = [:],
    aliases: String = ""
  ) -> Self {
    let names = Value.allCases.map(\.rawValue)
    return custom(
      name, property, ConfigurationReader.alternatives(names), summary, aliases: aliases, values: names,
      read: { reader, key, value in
        reader.choice(key, names, explaining: explaining) { value = Value(rawValue: $0) ?? value }
      }, write: { .text($0.rawValue) })
  }

  /// Intervals of numbers, or null for any number.
  static func intervals(
    _ name: String, _ property: Property<Intervals?>, _ summary: String, aliases: String = ""
  ) -> Self {
    custom(
      name, property, "intervals or null", summary, aliases: aliases,
      read: { $0.intervals($1, into: &$2) }, write: { $0.map { .text($0.text) } ?? .null })
  }

  /// Names, or null for none.
  static func names(_ name: String, _ property: Property<[String]>, _ type: String, _ summary: String) -> Self {
    custom(
      name, property, type, summary,
      read: { $0.names($1, into: &$2) }, write: { $0.isEmpty ? .null : .list($0.map { .text($0) }) })
  }

  /// A key of RecBole that is accepted with only one value.
  static func fixed(
    _ name: String, _ value: Literal, because reason: String, read: Reader? = nil
  ) -> Self {
    Self(
      name, value.plain, "Only \(value.plain), since \(reason).", fixedReason: reason,
      read: read ?? { $1.constant(name, value, because: reason) }, write: { _ in value })
  }
}
