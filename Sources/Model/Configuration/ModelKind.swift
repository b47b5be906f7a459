/// The models that can be trained; the raw value is that of key `model`.
public enum ModelKind: String, Sendable, Hashable, CaseIterable {
  case bert4Rec = "BERT4Rec"
}
