from apps.data.models.dataset import Dataset, DatasetFile, DatasetVersion
from apps.data.models.datastore import Datastore
from apps.data.models.upload import Upload, UploadFile

__all__ = ["Dataset", "DatasetFile", "DatasetVersion", "Datastore", "Upload", "UploadFile"]
