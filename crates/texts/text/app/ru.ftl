# Unreviewed.
continue = Продолжить
back = Назад
cancel = Отмена
save = Сохранить
password = Пароль
activate-cloud-backup = Включить резервное копирование
backup-password = Пароль резервной копии
repeat-password = Повторите пароль
skip-for-now = Пока пропустить
add-new-token = Добавить новый токен
scan-qr-code = Сканировать QR-код
enter-key-manually = Ввести ключ вручную
settings = Настройки
lock = Заблокировать
unlock = Разблокировать
search = Поиск
