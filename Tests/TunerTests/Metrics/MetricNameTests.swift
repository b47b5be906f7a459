import Testing

@testable import Tuner

@Suite struct MetricNameTests {
  @Test(arguments: [
    ("valid.mrr@10", "valid", "mrr@10"), ("test.ndcg@10", "test", "ndcg@10"), ("mrr@10", "valid", "mrr@10"),
    ("valid.test.x", "valid", "test.x"), ("test.", "test", ""), ("train.loss", "valid", "train.loss"),
    ("validmrr", "valid", "validmrr"), ("", "valid", ""), ("test.\u{301}x", "test", "\u{301}x"),
  ])
  func `A name without a split is one of the validation part`(text: String, split: String, name: String) {
    #expect(MetricName(text) == MetricName(split: split, name: name))
  }

  @Test func `A full name has its split`() {
    #expect(MetricName(full: "mrr@10") == nil && MetricName(full: "train.loss") == nil)
    #expect(MetricName(full: "test.mrr@10")?.description == "test.mrr@10")
    #expect(MetricName.valid("mrr@10").description == "valid.mrr@10")
  }
}
