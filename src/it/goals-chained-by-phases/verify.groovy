import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.37.10')
    assert it.rows() == it.rowsBefore()
    assert it.log().contains('from         5.25.7')
} finally {
    it.end()
}
return true
