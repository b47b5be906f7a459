import Foundation
import Testing

/// Pointer, fingers and keys.
extension Browser {
  /// A place in the view, in pixels from its upper left corner.
  struct Place: Decodable, Equatable {
    var x, y: Double
  }

  /// A rectangle in the view.
  struct Box: Decodable, Equatable {
    let x, y, width, height: Double

    var middle: Place { place(0.5, 0.5) }

    /// The place at parts of the width and of the height.
    func place(_ a: Double, _ b: Double) -> Place { Place(x: x + a * width, y: y + b * height) }
  }

  /// Keys that have no character.
  ///
  /// Source: *WebDriver*, section 17.4.2, table of normalized key values.
  enum Key {
    static let escape = "\u{E00C}", enter = "\u{E007}"
    static let up = "\u{E013}", down = "\u{E015}", end = "\u{E010}"
  }

  /// Scrolls until an element can be seen, and returns where it is.
  ///
  /// - Parameter expression: JavaScript, for one element.
  func box(of expression: String) throws -> Box {
    let found: Box? = try value(
      """
      const node = \(expression);
      if (!node) return null;
      node.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      const { x, y, width, height } = node.getBoundingClientRect();
      return { x, y, width, height };
      """)
    return try #require(found, "the page has no \(expression)")
  }

  func point(at place: Place) throws { try perform(pointer: "mouse", [move(to: place)]) }

  func click(at place: Place) throws { try perform(pointer: "mouse", [move(to: place), Self.down, Self.up]) }

  func click(_ expression: String) throws { try click(at: box(of: expression).middle) }

  func tap(at place: Place) throws { try perform(pointer: "touch", [move(to: place), Self.down, Self.up]) }

  func drag(from start: Place, to end: Place, pointer: String = "mouse") throws {
    let between = Place(x: (start.x + end.x) / 2, y: (start.y + end.y) / 2)
    try perform(
      pointer: pointer, [move(to: start), Self.down, move(to: between), move(to: end), Self.up])
  }

  /// Presses keys one after the other.
  func press(_ keys: String...) throws {
    let actions = keys.flatMap { key in ["keyDown", "keyUp"].map { ["type": $0, "value": key] } }
    try perform([["type": "key", "id": "keys", "actions": actions]])
  }

  /// Types a text into what has the focus.
  func type(_ text: String) throws {
    let actions = text.flatMap { key in ["keyDown", "keyUp"].map { ["type": $0, "value": String(key)] } }
    try perform([["type": "key", "id": "keys", "actions": actions]])
  }

  private static var down: [String: Any] { ["type": "pointerDown", "button": 0] }
  private static var up: [String: Any] { ["type": "pointerUp", "button": 0] }

  private func move(to place: Place) -> [String: Any] {
    ["type": "pointerMove", "duration": 20, "origin": "viewport", "x": Int(place.x), "y": Int(place.y)]
  }

  private func perform(pointer: String, _ actions: [[String: Any]]) throws {
    try perform([["type": "pointer", "id": pointer, "parameters": ["pointerType": pointer], "actions": actions]])
  }

  private func perform(_ sources: [[String: Any]]) throws { try order("actions", ["actions": sources]) }
}
