import Literals

/// Every key of a configuration, one row each, and every other name that a configuration may hold.
///
/// The rows stand in sections, each with keys of one group that are read one after the other. A key that only some
/// models have says so (`only(for:)`). `Configuration.init(layers:)` reads the sections in an order of its own: that
/// of messages, in which each section also finds what it depends on.
enum KeyTable {
  /// All rows in the order of documents.
  static let rows = [
    model, place, seed, training, split, measures, rounding, files, times, network,
  ].flatMap { $0 }

  /// The keys that can have more than one value.
  static let keys = rows.filter { $0.fixedReason == nil }

  /// The keys in the order in which studies store them.
  static let sortedKeys = keys.sorted { $0.name < $1.name }

  /// A section of the table.
  static func section(_ group: ConfigurationKey.Group, _ rows: ConfigurationKey...) -> [ConfigurationKey] {
    rows.map { row in
      var row = row
      row.group = group
      return row
    }
  }
}

extension Configuration {
  /// Every key that has an effect, by group.
  public static var keys: [ConfigurationKey] { KeyTable.keys }
}
