import Testing
import Tuner
import run_hyper

@Suite struct TargetTests {
  @Test(arguments: [
    ("valid.mrr@10>0.05", "mrr@10", 0.05, "valid.mrr@10>0.05"),
    ("mrr@10>=0.05", "mrr@10", 0.05, "valid.mrr@10>=0.05"), (" NDCG@10 > 1e-1 ", "ndcg@10", 0.1, "valid.ndcg@10>0.1"),
    ("gauc>0.9", "gauc", 0.9, "valid.gauc>0.9"), ("hit@5>=1/4", "hit@5", 0.25, "valid.hit@5>=0.25"),
    ("GiniIndex@10<0.5", "giniindex@10", 0.5, "valid.giniindex@10<0.5"),
    ("averagepopularity@5<=20", "averagepopularity@5", 20, "valid.averagepopularity@5<=20.0"),
    ("recall@10>-1", "recall@10", -1, "valid.recall@10>-1.0"),
    ("\u{64C}o>0", "\u{64C}o", 0, "valid.\u{64C}o>0.0"),
  ])
  func `A target is a validation metric and a number`(
    text: String, metric: String, threshold: Double, description: String
  ) throws {
    let target = try Target(parsing: text)
    #expect(target.value.metric == metric)
    #expect(target.value.threshold == threshold)
    #expect(target.description == description)
    #expect(try Target(parsing: description) == target)
  }

  @Test(arguments: [
    ("mrr@10>0.05", 0.05, false), ("mrr@10>0.05", 0.0501, true), ("mrr@10>=0.05", 0.05, true),
    ("mrr@10>=0.05", 0.0499, false), ("mrr@10>0.05", .nan, false), ("mrr@10>=0.05", .nan, false),
    ("giniindex@10<0.5", 0.5, false), ("giniindex@10<0.5", 0.49, true), ("giniindex@10<=0.5", 0.5, true),
    ("giniindex@10<=0.5", 0.51, false), ("giniindex@10<=0.5", .nan, false),
  ])
  func `The threshold itself is enough only where the sign says so`(text: String, value: Double, isReached: Bool) throws
  {
    #expect(try Target(parsing: text).value.isReached(by: value) == isReached)
  }

  @Test(arguments: [
    ("mrr@10", "a metric and a number such as valid.mrr@10>0.05"),
    ("", "a metric and a number such as valid.mrr@10>0.05"),
    (">0.05", "a metric and a number such as valid.mrr@10>0.05"),
    ("valid.>0.05", "a metric and a number such as valid.mrr@10>0.05"),
    ("mrr@10<0.05", "> or >= instead of <, since larger is better for mrr@10"),
    ("mrr@10<=0.05", "> or >= instead of <, since larger is better for mrr@10"),
    ("mrr@10=0.05", "> or >= instead of ="), ("mrr@10=>0.05", "> or >= instead of ="),
    ("mrr@10>", "a finite number after >, as in mrr@10>0.05"),
    ("mrr@10>=much", "a finite number after >=, as in mrr@10>0.05"),
    ("mrr@10>1e999", "a finite number after >, as in mrr@10>0.05"),
    ("mrr@10>nan", "a finite number after >, as in mrr@10>0.05"),
    ("mrr@10>>1", "a finite number after >, as in mrr@10>0.05"),
    ("giniindex@10>0.5", "< or <= instead of >, since smaller is better for giniindex@10"),
    ("giniindex@10<", "a finite number after <, as in giniindex@10<0.05"),
    ("test.mrr@10>0.05", "a validation metric, since choosing by test metrics would be selecting on the test set"),
  ])
  func `What is no target is an error with the remedy`(text: String, expected: String) {
    #expect(throws: CommandError.input("--target: found '\(text)'; expected \(expected)")) {
      try Target(parsing: text)
    }
  }

  @Test func `A metric that is not measured is an error with the nearest that is`() throws {
    let names = ["ndcg@10", "mrr@10", "hit@10"]
    try Target(parsing: "mrr@10>0").check(metricNames: names)
    #expect(
      throws: CommandError.input(
        "--target: found metric 'mrr@1', which is not measured; expected mrr@10, or another of ndcg@10, mrr@10, hit@10")
    ) { try Target(parsing: "mrr@1>0").check(metricNames: names) }
    #expect(
      throws: CommandError.input(
        "--target: found metric 'loss', which is not measured; expected one of ndcg@10, mrr@10, hit@10")
    ) { try Target(parsing: "valid.loss>0").check(metricNames: names) }
  }
}
