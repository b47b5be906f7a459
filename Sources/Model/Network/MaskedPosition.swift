/// A place whose prediction counts: of a hidden item, or of the next one.
package struct MaskedPosition: Equatable {
  /// The place in the sequence, from 0.
  package var place: Int32
  package var label: Int32
  /// An item to rank below the label, for the pairwise loss; 0 when not drawn.
  package var negative: Int32

  package init(place: Int32, label: Int32, negative: Int32 = 0) {
    self.place = place
    self.label = label
    self.negative = negative
  }
}
