import Foundation
import Literals

/// Documents as JSON, the bytes that commands print.
package enum JSONText {
  /// Keys in snake case, sorted; invisible characters are escaped.
  package static func of(_ document: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return JSON.visible(String(decoding: try encoder.encode(document), as: UTF8.self))
  }
}
