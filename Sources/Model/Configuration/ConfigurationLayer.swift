import Foundation
public import Literals

/// Keys and values from one source: a file, the command line, or a trial's parameters.
public struct ConfigurationLayer: Sendable, Hashable {
  /// The name of the source in messages.
  public let source: String

  /// The entries in the order of the source; each key occurs once.
  public let entries: [Entry]

  /// One key of a layer.
  public struct Entry: Sendable, Hashable {
    public let key: String
    public let value: Literal

    /// The location: `file:line`, `--key`, or the source.
    public let location: String

    /// The text from which `value` was parsed, if it came as text.
    let text: String?

    /// The value for keys that are not text: text in a file is parsed as on the command line.
    let meant: Literal

    /// Whether it comes from a YAML file, which may contain settings of other programs.
    let isFromFile: Bool

    let meaning: KeyMeaning

    init(key: String, value: Literal, location: String, text: String? = nil, isFromFile: Bool = false) {
      (self.key, self.value, self.location, self.text) = (key, value, location, text)
      self.isFromFile = isFromFile
      meant =
        if isFromFile, case .text(let text) = value { .init(commandLine: text, as: .configuration) } else { value }
      meaning = Configuration.meaning(ofKey: key)
    }
  }

  /// Problems of the source itself, reported together with those of its values.
  let problems: [Problem]

  /// A layer of ready values, such as a trial's parameters.
  ///
  /// Text is parsed as on the command line, so `"[5,10]"` is a list.
  ///
  /// - Parameter locations: The location of each key; the default is the source.
  public init(source: String, values: [String: Literal], locations: [String: String] = [:]) {
    self.source = source
    problems = []
    entries = values.sorted { $0.key < $1.key }.map { key, value in
      if case .text(let text) = value {
        Entry(
          key: key, value: .init(commandLine: text, as: .configuration), location: locations[key] ?? source, text: text)
      } else {
        Entry(key: key, value: value, location: locations[key] ?? source)
      }
    }
  }

  /// A layer of canonical values, as in `Configuration.values`: text is never parsed.
  public init(source: String, canonical values: [String: Literal]) {
    self.source = source
    problems = []
    entries = values.sorted { $0.key < $1.key }.map { key, value in
      Entry(key: key, value: value, location: source)
    }
  }

  /// A layer of texts from `--key=value` on the command line.
  ///
  /// - Throws: If a key occurs twice with different texts.
  public init(arguments: [(key: String, text: String)], source: String = "command line") throws(ConfigurationError) {
    var entries: [Entry] = []
    var texts: [String: String] = [:]
    var problems: [Problem] = []
    for (key, text) in arguments {
      if let earlier = texts.updateValue(text, forKey: key) {
        if earlier != text {
          problems.append(
            .init(location: "--\(key)", found: "the values '\(earlier)' and '\(text)'", expected: "one value"))
        }
        continue
      }
      entries.append(
        Entry(key: key, value: .init(commandLine: text, as: .configuration), location: "--\(key)", text: text))
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    self.init(source: source, entries: entries)
  }

  /// The maximum size of a file in bytes; configurations have a few hundred.
  private static let largestFile = 1 << 20

  /// Reads a YAML file.
  ///
  /// - Parameter path: The file's path, which is also the name of the layer.
  public init(yamlFile path: String) throws(ConfigurationError) {
    let bytes: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      bytes = try file.read(upToCount: Self.largestFile + 1) ?? Data()
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw ConfigurationError(
        at: path, found: exists ? "a file that cannot be read" : "no such file", expected: "a readable YAML file")
    }
    guard bytes.count <= Self.largestFile else {
      throw ConfigurationError(
        at: path, found: "more than \(Self.largestFile) bytes", expected: "lines like 'key: value'")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(at: path, found: "bytes that are not UTF-8", expected: "a YAML file in UTF-8")
    }
    try self.init(yaml: text, file: path)
  }

  init(source: String, entries: [Entry], problems: [Problem] = []) {
    self.source = source
    self.entries = entries
    self.problems = problems
  }

  /// The layer's value of `key`.
  public subscript(key: String) -> Literal? { entries.first { $0.key == key }?.value }

  /// The layer's value of a key that is not text: text in a file is parsed as on the command line.
  public func meant(_ key: String) -> Literal? { entries.first { $0.key == key }?.meant }
}
