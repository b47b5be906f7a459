public import Literals

/// One point of a search space: a value for each parameter, in the order of the file.
public struct Hyperparameters: Sendable, Hashable {
  /// A parameter and its value.
  public struct Pair: Sendable, Hashable {
    public let name: String
    public let value: Literal

    public init(name: String, value: Literal) {
      self.name = name
      self.value = value
    }
  }

  public let pairs: [Pair]

  public init(_ pairs: [Pair]) { self.pairs = pairs }

  /// The value of a parameter, or `nil` if it is not tuned.
  public subscript(name: String) -> Literal? {
    pairs.first { $0.name == name }?.value
  }

  public var names: [String] { pairs.map(\.name) }

  /// One line per parameter, sorted by name; equal for equal configurations.
  public var canonical: String {
    pairs.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value.canonical)\n" }.joined()
  }

  /// A JSON object in the order of the file.
  public var json: String { JSON.object(pairs.map { ($0.name, $0.value.json) }) }
}

extension Hyperparameters: CustomStringConvertible {
  /// The configuration in the form of RecBole's result files: `hidden_act:gelu, n_layers:2`.
  public var description: String {
    pairs.sorted { $0.name < $1.name }.map { "\($0.name):\($0.value)" }.joined(separator: ", ")
  }
}

extension Hyperparameters: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, Literal)...) {
    self.init(elements.map { Pair(name: $0.0, value: $0.1) })
  }
}
