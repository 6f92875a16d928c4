import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().startsWith('1.4.0')
    assert it.rows() == it.rowsBefore()
    assert it.text('certificates/site.pem').contains("administrator's")
    assert it.log().contains('from         1.3.0')
} finally {
    it.end()
}
return true
