import Literals
import Model

/// Weights, and what other programs need to use them.
struct Export {
  let weights: Safetensors
  let configuration: Model.Configuration

  /// The items' tokens by id, padding first.
  let tokens: [String]

  /// The items' names by id; `nil` if the dataset has none.
  let names: [String]?

  /// A file, and in words what is in it.
  struct Content {
    let name: String
    let bytes: [UInt8]
    let summary: String
  }

  /// The files in the order in which they are written.
  ///
  /// - Throws: If the metadata of the weights cannot be encoded.
  func contents() throws -> [Content] {
    let vectors = ItemVectors(weights)
    let items = tokens.count == 2 ? "1 item" : "\(tokens.count - 1) items"
    let files = [
      Content(
        name: "weights.safetensors", bytes: try weights.encoded(), summary: "\(weights.tensors.count) tensors"),
      Content(
        name: "config.yaml", bytes: Array(ExportedConfiguration(configuration).text.utf8),
        summary: "the configuration, in RecBole's keys"),
      Content(
        name: "items.tsv", bytes: Array(itemTable.utf8), summary: items + (names == nil ? "" : ", with names")),
      Content(
        name: "item_vectors.npy", bytes: vectors.file,
        summary: "float32 [\(vectors.rows), \(vectors.columns)]: vectors with biases"),
    ]
    guard hasLoader else { return files }
    let loader = Content(
      name: "load_recbole.py", bytes: PackageResources.load_recbole_py, summary: "loads all this into RecBole 1.2.1")
    return files + [loader]
  }

  /// Whether RecBole has this model: its BERT4Rec has no causal attention.
  private var hasLoader: Bool { configuration.network.objective == .cloze }

  /// What somebody might miss among the files; `nil` for nothing.
  var note: String? {
    hasLoader ? nil : "RecBole's BERT4Rec has no causal objective, so load_recbole.py is left out"
  }

  /// A row for each id, with a header; padding has id 0.
  private var itemTable: String {
    var text = "id\ttoken" + (names == nil ? "\n" : "\tname\n")
    for (id, token) in tokens.enumerated() {
      text += "\(id)\t\(Self.field(token))"
      if let names { text += "\t\(Self.field(names[id]))" }
      text += "\n"
    }
    return text
  }

  /// A field, in quotes where Python's `csv` and pandas would take it for something else.
  private static func field(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { "\"\t\n\r".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}
