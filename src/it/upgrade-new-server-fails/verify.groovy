import io.github.mmupgrade.it.ItInstallation

def it = ItInstallation.of(basedir)
try {
    assert it.answeredVersion().contains('5.25.7')
    assert it.rows() == it.rowsBefore()
    assert it.schema() == '5.25.0'
    assert it.config() == it.configBefore()
    assert it.log().contains('Mattermost 5.25.7 is running on its previous data')
    assert it.log().contains('HINT: ')
} finally {
    it.end()
}
return true
