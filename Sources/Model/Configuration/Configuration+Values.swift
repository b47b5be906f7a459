public import Literals

extension Configuration {
  /// Every key with its value in canonical form, sorted by key, as stored in studies.
  ///
  /// `ConfigurationLayer(source:canonical:)` turns these values back into the same configuration.
  public var values: [(key: String, value: Literal)] {
    KeyTable.sortedKeys.compactMap { key in key.value(in: self).map { (key: key.name, value: $0) } }
  }

  /// Those of `values` on which results depend, and which therefore identify a configuration.
  ///
  /// For `load_col`, only which of the `.user` and `.item` files are read is kept.
  public var effectiveValues: [(key: String, value: Literal)] {
    KeyTable.sortedKeys.compactMap { key in key.effectiveValue(in: self).map { (key: key.name, value: $0) } }
  }
}
