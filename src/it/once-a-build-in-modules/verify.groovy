import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    def lines = it.log().readLines()
    assert lines.count { line -> line.contains('Installed: Mattermost 5.25.7') } == 2
    assert lines.count { line -> line.contains('Skipped: check-version has run in io.github.mmupgrade.it:once-a-build-in-modules:pom:1') } == 4
    assert it.answeredVersion().contains('5.25.7')
} finally {
    it.end()
}
return true
