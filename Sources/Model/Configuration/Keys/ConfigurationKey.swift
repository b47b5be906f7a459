public import Literals

/// A configuration key: a row of `KeyTable`, which holds all that is known about it.
///
/// Its default is the value of the property that it reads into.
public struct ConfigurationKey: Sendable {
  public let name: String

  /// The values it takes, in words.
  public let type: String

  /// The values it takes, if these are a few words.
  public let values: [String]

  public let defaultValue: Literal

  /// One line for documents and `--help`.
  public let summary: String

  /// Set by the section of the table in which the key stands.
  public internal(set) var group = Group.general

  /// The models that have the key.
  private(set) var models = ModelKind.allCases

  /// Names of other programs or of old for the key, in lower case.
  let aliases: [String]

  /// Why the key can only have its default value, or `nil` if it can have others.
  let fixedReason: String?

  private let readValue: Reader
  private let writeValue: Writer

  /// Whether RecBole's BERT4Rec does not take the key, or not the values that studies store.
  public private(set) var isOwn = false

  /// The value that studies do not store, since they did not know the key when it had no other; `nil` if they store all.
  private var absentValue: Literal?

  /// The part of a value on which results depend, or `nil` if there is none.
  private var effectivePart: @Sendable (Literal) -> Literal? = { $0 }

  typealias Reader = @Sendable (inout Configuration, inout ConfigurationReader) -> Void
  typealias Writer = @Sendable (Configuration) -> Literal

  /// Groups of keys, in display order.
  public enum Group: String, Sendable, Hashable, CaseIterable {
    case general = "General"
    case training = "Training"
    case evaluation = "Evaluation"
    case dataset = "Dataset"
    case network = "Network"
  }

  /// - Parameter aliases: Separated by spaces.
  /// - Parameter shown: The default as documents spell it, if that differs from `write`.
  init(
    _ name: String, _ type: String, _ summary: String, aliases: String = "", fixedReason: String? = nil,
    values: [String] = [], read: @escaping Reader, write: @escaping Writer, shown: Writer? = nil
  ) {
    self.name = name
    self.type = type
    self.values = values
    self.summary = summary
    self.aliases = aliases.split(separator: " ").map(String.init)
    self.fixedReason = fixedReason
    (readValue, writeValue) = (read, write)
    defaultValue = (shown ?? write)(Configuration())
  }
}

// MARK: - Reading and writing

extension ConfigurationKey {
  /// Reads the key's value into its property, if a layer has the key.
  func read(into configuration: inout Configuration, from reader: inout ConfigurationReader) {
    guard reader.has(name) else { return }
    guard models.contains(configuration.model) else {
      return reader.noteWithoutEffect(name, because: "\(configuration.model.rawValue) does not use it")
    }
    readValue(&configuration, &reader)
  }

  /// The value of its property in canonical form, or `nil` if the configuration's model has no such key, or the value is not stored.
  func value(in configuration: Configuration) -> Literal? {
    guard models.contains(configuration.model) else { return nil }
    let value = writeValue(configuration)
    return value == absentValue ? nil : value
  }

  /// The part of its value on which results depend, or `nil` if there is none.
  func effectiveValue(in configuration: Configuration) -> Literal? {
    value(in: configuration).flatMap(effectivePart)
  }
}

// MARK: - What only some keys have

extension ConfigurationKey {
  /// The key as one that only some models have.
  func only(for models: [ModelKind]) -> Self {
    var key = self
    key.models = models
    return key
  }

  /// The key as one that RecBole's BERT4Rec does not take.
  func own() -> Self {
    var key = self
    key.isOwn = true
    return key
  }

  /// The key as one that is newer than studies without it: with this value, it is not stored, so that they stay as they are.
  func absent(where value: Literal) -> Self {
    var key = self
    key.absentValue = value
    return key
  }

  /// The key as one on whose value results depend only in part, or not at all.
  func effective(_ part: @escaping @Sendable (Literal) -> Literal?) -> Self {
    var key = self
    key.effectivePart = part
    return key
  }
}
