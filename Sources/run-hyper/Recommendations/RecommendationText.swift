import Literals
import Model

/// Recommendations as text.
struct RecommendationText {
  private let format: RecommendationFormat
  private let itemTokens: [String]
  private let names: [String]?

  /// Each item's text in CSV or JSON by id, made once; empty for a table.
  private let itemTexts: [String]

  /// - Parameter itemTokens: By id.
  /// - Parameter names: By id; `nil` if there are no names.
  init(_ format: RecommendationFormat, itemTokens: [String], names: [String]?) {
    (self.format, self.itemTokens, self.names) = (format, itemTokens, names)
    itemTexts =
      switch format {
      case .table: []
      case .csv: itemTokens.map { Self.csvField($0) }
      case .jsonl: itemTokens.map(JSON.string)
      }
  }

  /// What stands before the first answer.
  var header: String { format == .csv ? "user,rank,item,score\n" : "" }

  /// The answers, with a line end after the last one.
  func text(_ answers: [Recommender.Answer]) -> String {
    switch format {
    case .table: answers.map(table).joined()
    case .csv: answers.map(csv).joined()
    case .jsonl: answers.map(json).joined()
    }
  }

  /// A row for each item, as in RFC 4180; the score of a popular item is empty.
  private func csv(_ answer: Recommender.Answer) -> String {
    let user = Self.csvField(answer.user)
    var text = ""
    for (place, item) in answer.items.enumerated() {
      text += "\(user),\(place + 1),\(itemTexts[Int(item.id)]),\(item.score.map(\.description) ?? "")\n"
    }
    return text
  }

  /// An object on one line.
  private func json(_ answer: Recommender.Answer) -> String {
    var text = "{\"user\":\(JSON.string(answer.user)),\"by\":\"\(answer.isByPopularity ? "popularity" : "model")\""
    text += ",\"items\":["
    for (place, item) in answer.items.enumerated() {
      text += "\(place > 0 ? "," : ""){\"item\":\(itemTexts[Int(item.id)])"
      if let score = item.score { text += ",\"score\":\(score.description)" }
      if let name = names?[Int(item.id)], !name.isEmpty { text += ",\"name\":\(JSON.string(name))" }
      text += "}"
    }
    return text + "]}\n"
  }

  /// The user, and a table below it.
  private func table(_ answer: Recommender.Answer) -> String {
    var table = TextTable(header: ["rank", "item", "score"] + (names == nil ? [] : ["name"]))
    for (place, item) in answer.items.enumerated() {
      table.append(
        ["\(place + 1)", itemTokens[Int(item.id)], item.score.map { Double($0).decimal(places: 4) } ?? ""]
          + (names.map { [$0[Int(item.id)]] } ?? []))
    }
    let title = "user \(answer.user.visible)" + (answer.isByPopularity ? ", without a history: by popularity" : "")
    let lines = answer.items.isEmpty ? ["nothing to recommend"] : table.lines
    return ([title] + lines.map { "  " + $0 }).joined(separator: "\n") + "\n\n"
  }

  /// A field, quoted if RFC 4180 requires it; invisible characters are escaped.
  private static func csvField(_ text: String) -> String {
    let text = text.visible
    guard text.unicodeScalars.contains(where: { ",\"".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}
