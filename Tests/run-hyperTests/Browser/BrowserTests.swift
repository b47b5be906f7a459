import Testing

/// Tests that lead a real browser; they share one, so they run one after the other.
@Suite(.serialized, .enabled(if: ChromeDriver.isInstalled, ChromeDriver.absence), .timeLimit(.minutes(30)))
enum BrowserTests {}
